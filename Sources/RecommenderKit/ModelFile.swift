package import Foundation

/// A model with the names of its titles, as it lies on disk: little-endian, a checksum of everything at the end.
///
/// `MATINEE-MODEL-2\n`, then numbers and arrays in the order of ``encode(_:titles:)``, each array after its count.
package enum ModelFile {
  package enum Fault: Error, Sendable, Hashable {
    /// A model as an earlier or a later version of this program writes it: sound perhaps, but not for this one.
    case otherFormat(Int)
    /// No model at all.
    case formatUnknown
    /// Cut off, changed, or in contradiction with itself.
    case corrupt
    case unreadable(errno: Int32)
    case unwritable(errno: Int32)
  }

  /// To be raised with every change of what is written, so that an older file is not taken for a damaged one.
  package static let format = 2
  private static let magicPrefix = Array("MATINEE-MODEL-".utf8)
  private static var magic: [UInt8] { magicPrefix + Array("\(format)\n".utf8) }
  /// A title's name in bytes.
  private static let nameMaximum = 1024

  /// Writes beside `path`, syncs, and takes the path in one rename: whoever reads it sees the whole file or the
  /// previous one. `titles` are the names by index.
  package static func write(_ model: TrainedModel, titles: [String], to path: String) throws(Fault) {
    try replaceFile(at: path, with: encode(model, titles: titles))
  }

  package static func read(from path: String) throws(Fault) -> (model: TrainedModel, titles: [String]) {
    guard let handle = FileHandle(forReadingAtPath: path) else { throw .unreadable(errno: errno) }
    let bytes: Data
    do { bytes = try handle.readToEnd() ?? Data() } catch { throw .unreadable(errno: EIO) }
    return try decode([UInt8](bytes))
  }

  package static func encode(_ model: TrainedModel, titles: [String]) -> [UInt8] {
    precondition(titles.count == model.titleCount, "a name for each title")
    var writer = ByteWriter(magic, capacity: 64 + model.weights.count * 8 + titles.count * 48)
    writer.write(UInt32(titles.count))
    for title in titles { writer.write(Array(title.utf8.prefix(nameMaximum))) }
    writer.write(model.weights.starts)
    writer.write(model.weights.targets)
    writer.write(model.weights.values)
    writer.write(model.popularity)
    writer.write(model.profilesOfTitle)
    writer.write([model.ridge, model.priorShare, model.priorEvents])
    let blend = model.blend
    writer.write([Int32(blend?.factors.dimension ?? 0)])
    writer.write([blend?.share ?? 0, blend?.factors.unobservedWeight ?? 0, blend?.factors.regularization ?? 0])
    writer.write(blend?.factors.vectors ?? [])
    let trials = model.heldOut.map { [$0.best] + $0.trials } ?? []
    writer.write(trials.map(\.ridge))
    writer.write(trials.map(\.blendShare))
    writer.write(trials.map(\.regularization))
    writer.write(trials.map { Int32($0.profiles) })
    writer.write(trials.map(\.ndcgAt100))
    writer.write(trials.map(\.recallAt20))
    writer.write(trials.map { $0.lead?.mean ?? .nan })
    writer.write(trials.map { $0.lead?.standardError ?? .nan })
    let rivals = model.heldOut?.rivals ?? []
    writer.write(rivals.map(\.ndcgAt100))
    for rival in rivals { writer.write(Array(rival.name.utf8.prefix(nameMaximum))) }
    return writer.sealed()
  }

  package static func decode(_ bytes: [UInt8]) throws(Fault) -> (model: TrainedModel, titles: [String]) {
    guard let found = format(of: bytes) else { throw .formatUnknown }
    guard found == format else { throw .otherFormat(found) }
    guard var reader = ByteReader(sealed: bytes, after: magic.count), let read = decode(&reader), reader.isAtEnd
    else { throw .corrupt }
    return read
  }

  /// The number in the first line; nil where that is none of a model.
  private static func format(of bytes: [UInt8]) -> Int? {
    guard bytes.starts(with: magicPrefix) else { return nil }
    let line = bytes.dropFirst(magicPrefix.count).prefix(9).prefix { $0 != UInt8(ascii: "\n") }
    guard bytes.dropFirst(magicPrefix.count + line.count).first == UInt8(ascii: "\n") else { return nil }
    return Int(String(decoding: line, as: UTF8.self))
  }

  private static func decode(_ reader: inout ByteReader) -> (model: TrainedModel, titles: [String])? {
    guard let count = reader.number(UInt32.self), Int(count) <= reader.left / 4 else { return nil }
    var titles: [String] = []
    for _ in 0..<count {
      guard let name = reader.array(UInt8.self), let title = String(validating: name, as: UTF8.self) else { return nil }
      titles.append(title)
    }
    guard let starts = reader.array(Int32.self), let targets = reader.array(Int32.self),
      let values = reader.array(Float.self), let popularity = reader.array(Float.self),
      let profilesOfTitle = reader.array(Int32.self), let numbers = reader.array(Float.self),
      let blend = blend(&reader, titleCount: titles.count), let trials = trials(&reader), let rivals = rivals(&reader)
    else { return nil }
    guard starts.count == titles.count + 1, starts.first == 0, Int(starts[titles.count]) == targets.count,
      zip(starts, starts.dropFirst()).allSatisfy({ $0 <= $1 }), values.count == targets.count,
      targets.allSatisfy({ $0 >= 0 && $0 < titles.count }), values.allSatisfy(\.isFinite),
      popularity.count == titles.count, popularity.allSatisfy(\.isFinite), profilesOfTitle.count == titles.count,
      numbers.count == 3, numbers.allSatisfy(\.isFinite)
    else { return nil }
    let model = TrainedModel(
      weights: SparseWeights(starts: starts, targets: targets, values: values), popularity: popularity,
      profilesOfTitle: profilesOfTitle, ridge: numbers[0], priorShare: numbers[1], priorEvents: numbers[2],
      blend: blend.blend,
      heldOut: trials.first.map { HeldOutReport(best: $0, trials: Array(trials.dropFirst()), rivals: rivals) })
    return (model, titles)
  }

  /// A blend of nil where the model has none; nil where what is there contradicts itself.
  private static func blend(_ reader: inout ByteReader, titleCount: Int) -> (blend: TrainedModel.Blend?, Void)? {
    guard let dimension = reader.array(Int32.self)?.first, (0...1024).contains(dimension),
      let numbers = reader.array(Float.self), numbers.count == 3, numbers.allSatisfy({ $0.isFinite && $0 >= 0 }),
      let vectors = reader.array(Float.self), vectors.count == titleCount * Int(dimension),
      vectors.allSatisfy(\.isFinite)
    else { return nil }
    guard dimension > 0 else { return (nil, ()) }
    let factors = TitleFactors(
      dimension: Int(dimension), unobservedWeight: numbers[1], regularization: numbers[2], vectors: vectors)
    return (TrainedModel.Blend(factors: factors, share: numbers[0]), ())
  }

  private static func trials(_ reader: inout ByteReader) -> [HeldOutReport.Trial]? {
    guard let ridges = reader.array(Float.self), let shares = reader.array(Float.self),
      let regularizations = reader.array(Float.self), let profiles = reader.array(Int32.self),
      let ndcg = reader.array(Double.self), let recall = reader.array(Double.self),
      let leads = reader.array(Double.self), let errors = reader.array(Double.self),
      [shares.count, regularizations.count, profiles.count, ndcg.count, recall.count, leads.count, errors.count]
        .allSatisfy({ $0 == ridges.count })
    else { return nil }
    return ridges.indices.map {
      HeldOutReport.Trial(
        ridge: ridges[$0], blendShare: shares[$0], regularization: regularizations[$0], profiles: Int(profiles[$0]),
        ndcgAt100: ndcg[$0], recallAt20: recall[$0],
        lead: leads[$0].isNaN ? nil : Lead(mean: leads[$0], standardError: errors[$0]))
    }
  }

  private static func rivals(_ reader: inout ByteReader) -> [HeldOutReport.Rivalry]? {
    guard let ndcg = reader.array(Double.self) else { return nil }
    var rivals: [HeldOutReport.Rivalry] = []
    for value in ndcg {
      guard let name = reader.array(UInt8.self).flatMap({ String(validating: $0, as: UTF8.self) }) else { return nil }
      rivals.append(HeldOutReport.Rivalry(name: name, ndcgAt100: value))
    }
    return rivals
  }

  private static func replaceFile(at path: String, with bytes: [UInt8]) throws(Fault) {
    let beside = "\(path).new"
    let descriptor = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .unwritable(errno: errno) }
    var failure: Int32 = 0
    var written = 0
    while written < bytes.count, failure == 0 {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress! + written, $0.count - written) }
      if count > 0 { written += count } else if errno != EINTR { failure = errno }
    }
    if failure == 0, fsync(descriptor) != 0 { failure = errno }
    close(descriptor)
    if failure == 0, rename(beside, path) != 0 { failure = errno }
    guard failure == 0 else {
      unlink(beside)
      throw .unwritable(errno: failure)
    }
    // The rename itself is on the disk once the folder is.
    let folder = open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }
}
