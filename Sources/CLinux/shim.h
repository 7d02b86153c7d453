// What Linux offers and Swift's Glibc module leaves out, because it is declared for _GNU_SOURCE alone.
#pragma once

#include <spawn.h>
#include <sys/types.h>
#include <sys/uio.h>

ssize_t preadv2(int descriptor, const struct iovec *vectors, int count, off_t offset, int flags);

/// Reads what is in the page cache already, or fails with EAGAIN: never waits for a disk.
static inline ssize_t matinee_pread_cached(int descriptor, void *target, size_t count, off_t offset) {
  struct iovec vector = {target, count};
  return preadv2(descriptor, &vector, 1, offset, /* RWF_NOWAIT */ 8);
}

/// pipe(2) whose ends no program started meanwhile by another thread inherits.
int pipe2(int ends[2], int flags);

/// Everything from `lowest` up is closed in the child (glibc 2.34).
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int lowest);

/// The child leads a session, hence a process group, of its own (glibc 2.26).
enum { MATINEE_SPAWN_SETSID = 0x80 };
