import ServerKit

/// The services of the stack, one line each; `matinee all` starts them in this order and stops them in reverse.
let roster: [any ServiceModule.Type] = []
