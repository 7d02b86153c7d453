import ArgumentParser
import Foundation

/// Where the command line takes a password from; never its arguments, which every process of the machine can read.
enum PasswordInput {
  private static let maximumBytes = 4096

  /// The first line of `file`, or what is typed twice on the terminal without being shown.
  static func read(from file: String?) throws -> String {
    switch file {
    case "-": try line(of: FileHandle.standardInput, named: "the standard input")
    case let path?: try line(of: path)
    case nil: try typed()
    }
  }

  private static func line(of path: String) throws -> String {
    guard let handle = FileHandle(forReadingAtPath: path) else { throw ValidationError("\(path) cannot be read.") }
    var status = stat()
    guard fstat(handle.fileDescriptor, &status) == 0 else { throw ValidationError("\(path) cannot be read.") }
    guard status.st_mode & 0o077 == 0 else {
      throw ValidationError("\(path) may be read by others than its owner: chmod 600 it.")
    }
    return try line(of: handle, named: path)
  }

  private static func line(of handle: FileHandle, named name: String) throws -> String {
    var bytes: [UInt8] = []
    while bytes.count <= maximumBytes, !bytes.contains(UInt8(ascii: "\n")),
      let more = try handle.read(upToCount: maximumBytes), !more.isEmpty
    { bytes += Array(more) }
    let first = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    guard !first.isEmpty, first.count <= maximumBytes, let text = String(validating: first, as: UTF8.self) else {
      throw ValidationError("The first line of \(name) is no password.")
    }
    return text
  }

  private static func typed() throws -> String {
    guard isatty(STDIN_FILENO) == 1 else {
      throw ValidationError("There is no terminal to ask for the password: give --password-file.")
    }
    let password = try ask("Password: ")
    guard try ask("Again: ") == password else { throw ValidationError("The two passwords differ.") }
    return password
  }

  private static func ask(_ prompt: String) throws -> String {
    var shown = termios()
    guard tcgetattr(STDIN_FILENO, &shown) == 0 else { throw ValidationError("The terminal cannot be used.") }
    var hidden = shown
    hidden.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
    defer {
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
      FileHandle.standardError.write(Data("\n".utf8))
    }
    FileHandle.standardError.write(Data(prompt.utf8))
    guard let line = readLine(strippingNewline: true), !line.isEmpty else {
      throw ValidationError("No password was typed.")
    }
    return line
  }
}
