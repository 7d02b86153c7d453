/// What no tool of ours asks of the kernel, refused with EPERM (seccomp, a classic BPF program): no sockets of any
/// family, no looking into other processes, no mounting, no modules, keys, clocks, nor the interfaces in which most
/// holes of the last years were. A list of what is refused, not of what is allowed: decoders and the C library go on
/// to use new calls, and the namespaces around them hold without this.
struct SystemCallFilter: Sendable {
  /// `struct sock_filter`s, as bubblewrap reads them.
  let bytes: [UInt8]

  /// Nil on machines whose numbers are not known here.
  init?() {
    guard let machine = Machine.this else { return nil }
    var program: [Instruction] = [
      // Calls by the conventions of another machine would have other numbers.
      .load(offset: 4), .skip(ifEqual: machine.audit, yes: 1, no: 0), .answer(.kill), .load(offset: 0),
    ]
    if let limit = machine.foreignFrom { program += [.skip(ifAtLeast: limit, yes: 0, no: 1), .answer(.refuse)] }
    for number in machine.refused { program += [.skip(ifEqual: number, yes: 0, no: 1), .answer(.refuse)] }
    program.append(.answer(.allow))
    bytes = program.flatMap(\.bytes)
  }

  private struct Machine {
    /// AUDIT_ARCH_… of linux/audit.h.
    var audit: UInt32
    /// x86_64's 32-bit pointers: the same calls by other numbers.
    var foreignFrom: UInt32?
    var refused: [UInt32]

    /// Calls that every machine of today's kernel numbers alike.
    private static let newer: [UInt32] = [
      425, 426, 427,  // io_uring_setup, _enter, _register
      428, 429, 430, 431, 432, 433, 442,  // open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr
      438,  // pidfd_getfd
    ]

    static let this: Machine? = {
      #if arch(x86_64)
        Machine(
          audit: 0xC000_003E, foreignFrom: 0x4000_0000,
          refused: [
            41, 53,  // socket, socketpair
            101, 310, 311, 312,  // ptrace, process_vm_readv, process_vm_writev, kcmp
            155, 161, 165, 166, 272, 308,  // pivot_root, chroot, mount, umount2, unshare, setns
            298, 321, 323,  // perf_event_open, bpf, userfaultfd
            248, 249, 250,  // add_key, request_key, keyctl
            175, 176, 313, 246, 320,  // init_module, delete_module, finit_module, kexec_load, kexec_file_load
            103, 159, 163, 164, 167, 168, 169, 179, 227, 305,  // syslog, adjtimex, acct, settimeofday, swapon, …
            303, 304,  // name_to_handle_at, open_by_handle_at
          ] + newer)
      #elseif arch(arm64)
        Machine(
          audit: 0xC000_00B7, foreignFrom: nil,
          refused: [
            198, 199,  // socket, socketpair
            117, 270, 271, 272,  // ptrace, process_vm_readv, process_vm_writev, kcmp
            41, 51, 40, 39, 97, 268,  // pivot_root, chroot, mount, umount2, unshare, setns
            241, 280, 282,  // perf_event_open, bpf, userfaultfd
            217, 218, 219,  // add_key, request_key, keyctl
            105, 106, 273, 104, 294,  // init_module, delete_module, finit_module, kexec_load, kexec_file_load
            116, 171, 89, 170, 224, 225, 142, 60, 112, 266,  // syslog, adjtimex, acct, settimeofday, swapon, …
            264, 265,  // name_to_handle_at, open_by_handle_at
          ] + newer)
      #else
        nil
      #endif
    }()
  }

  /// `code`, jump if true, jump if false, and a value (linux/filter.h).
  private struct Instruction {
    enum Verdict: UInt32 {
      case kill = 0x8000_0000
      /// SECCOMP_RET_ERRNO with EPERM.
      case refuse = 0x0005_0001
      case allow = 0x7FFF_0000
    }

    var code: UInt16
    var yes: UInt8 = 0
    var no: UInt8 = 0
    var value: UInt32

    /// A word of `struct seccomp_data`: the call's number at 0, the machine at 4.
    static func load(offset: UInt32) -> Instruction { Instruction(code: 0x20, value: offset) }
    static func skip(ifEqual value: UInt32, yes: UInt8, no: UInt8) -> Instruction {
      Instruction(code: 0x15, yes: yes, no: no, value: value)
    }
    static func skip(ifAtLeast value: UInt32, yes: UInt8, no: UInt8) -> Instruction {
      Instruction(code: 0x35, yes: yes, no: no, value: value)
    }
    static func answer(_ verdict: Verdict) -> Instruction { Instruction(code: 0x06, value: verdict.rawValue) }

    var bytes: [UInt8] {
      func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
        (0..<Value.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> Value($0 * 8)) }
      }
      return littleEndian(code) + [yes, no] + littleEndian(value)
    }
  }
}
