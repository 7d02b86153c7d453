import CLapack
import Foundation

/// Symmetric positive definite matrices, by OpenBLAS: four times as fast on one core as loops of ours.
enum Cholesky {
  private static let upper = CChar(bitPattern: UInt8(ascii: "U"))

  /// Inverts the matrix whose part at or below the diagonal (row-major) is given, and fills the whole square.
  /// False if it is not positive definite; what it holds then is undefined.
  static func invert(_ values: inout [Float], size: Int) -> Bool {
    // A service has other things to do with the other cores.
    openblas_set_num_threads(1)
    let order = Int32(size)
    let isInverted = values.withUnsafeMutableBufferPointer { values in
      // What is row-major and lower for us is column-major and upper for LAPACK.
      LAPACKE_spotrf(LAPACK_COL_MAJOR, upper, order, values.baseAddress, order) == 0
        && LAPACKE_spotri(LAPACK_COL_MAJOR, upper, order, values.baseAddress, order) == 0
    }
    if isInverted { mirror(&values, size: size) }
    return isInverted
  }

  /// Solves for one right side, in place; the matrix's part at or above the diagonal (column-major) is given.
  static func solve(_ matrix: inout [Float], size: Int, _ right: inout [Float]) -> Bool {
    LAPACKE_sposv(LAPACK_COL_MAJOR, upper, Int32(size), 1, &matrix, Int32(size), &right, Int32(size)) == 0
  }

  /// Copies what is below the diagonal above it, square by square, so that both sides stay in the cache.
  static func mirror(_ values: inout [Float], size: Int) {
    let side = 64
    values.withUnsafeMutableBufferPointer { values in
      for top in stride(from: 0, to: size, by: side) {
        for left in stride(from: 0, through: top, by: side) {
          for row in top..<min(top + side, size) {
            for column in left..<min(left + side, row) { values[column * size + row] = values[row * size + column] }
          }
        }
      }
    }
  }
}

func power(_ base: Float, _ exponent: Float) -> Float { base > 0 ? powf(base, exponent) : 0 }
