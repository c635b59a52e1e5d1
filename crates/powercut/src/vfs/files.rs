//! What SQLite does with an open file.

use super::{OpenFile, bytes_mut, code, handle};
use rusqlite::ffi::{self, sqlite3_file, sqlite3_int64, sqlite3_io_methods};
use std::ffi::{c_int, c_void};
use std::ptr;

/// As on Unix: sectors that are written one by one keep their neighbours.
const CHARACTERISTICS: c_int =
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE | ffi::SQLITE_IOCAP_SUBPAGE_READ;

/// As on Unix.
const SECTOR_BYTES: c_int = 4_096;

/// Version 2: with shared memory, without memory mapping, which the store does not use.
pub(super) static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(x_close),
    xRead: Some(x_read),
    xWrite: Some(x_write),
    xTruncate: Some(x_truncate),
    xSync: Some(x_sync),
    xFileSize: Some(x_file_size),
    xLock: Some(x_lock),
    xUnlock: Some(x_unlock),
    xCheckReservedLock: Some(x_check_reserved_lock),
    xFileControl: Some(x_file_control),
    xSectorSize: Some(x_sector_size),
    xDeviceCharacteristics: Some(x_device_characteristics),
    xShmMap: Some(x_shm_map),
    xShmLock: Some(x_shm_lock),
    xShmBarrier: Some(x_shm_barrier),
    xShmUnmap: Some(x_shm_unmap),
    xFetch: None,
    xUnfetch: None,
};

// In all of these `file` is one that `x_open` opened, and SQLite uses a connection's files from one
// thread at a time; that is what `handle` asks for.

unsafe extern "C" fn x_close(file: *mut sqlite3_file) -> c_int {
    // SAFETY: an open file, and so one of ours.
    let open = unsafe { &*file.cast::<OpenFile>() };
    // SAFETY: `x_open` made it with `Box::into_raw`, and SQLite closes once.
    let handle = unsafe { Box::from_raw(open.handle) };
    handle.close();
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_read(
    file: *mut sqlite3_file,
    into: *mut c_void,
    count: c_int,
    at: sqlite3_int64,
) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    // SAFETY: SQLite gives `count` bytes to fill; its page buffers are allocated, and only written.
    let into = unsafe { bytes_mut(into, count) };
    code(handle.read(at, into))
}

unsafe extern "C" fn x_write(
    file: *mut sqlite3_file,
    from: *const c_void,
    count: c_int,
    at: sqlite3_int64,
) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    let count = usize::try_from(count).unwrap_or(0);
    // SAFETY: SQLite hands over `count` bytes, and changes none of them during the call.
    let bytes = unsafe { std::slice::from_raw_parts(from.cast(), count) };
    code(handle.write(at, bytes))
}

unsafe extern "C" fn x_truncate(file: *mut sqlite3_file, length: sqlite3_int64) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    code(handle.truncate(length))
}

unsafe extern "C" fn x_sync(file: *mut sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    code(handle.sync())
}

unsafe extern "C" fn x_file_size(file: *mut sqlite3_file, out: *mut sqlite3_int64) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    code(handle.length().map(|length| {
        // SAFETY: SQLite's place for the answer.
        unsafe { *out = length };
    }))
}

unsafe extern "C" fn x_lock(file: *mut sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    code(handle.lock(level))
}

unsafe extern "C" fn x_unlock(file: *mut sqlite3_file, level: c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    code(handle.unlock(level))
}

unsafe extern "C" fn x_check_reserved_lock(file: *mut sqlite3_file, out: *mut c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    code(handle.reserved().map(|reserved| {
        // SAFETY: SQLite's place for the answer.
        unsafe { *out = c_int::from(reserved) };
    }))
}

unsafe extern "C" fn x_file_control(_: *mut sqlite3_file, _: c_int, _: *mut c_void) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn x_sector_size(_: *mut sqlite3_file) -> c_int {
    SECTOR_BYTES
}

unsafe extern "C" fn x_device_characteristics(_: *mut sqlite3_file) -> c_int {
    CHARACTERISTICS
}

unsafe extern "C" fn x_shm_map(
    file: *mut sqlite3_file,
    index: c_int,
    size: c_int,
    make: c_int,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    code(handle.memory(index, size, make != 0).map(|region| {
        // SAFETY: SQLite's place for the answer; null when there is no such region.
        unsafe { *out = region.unwrap_or(ptr::null_mut()) };
    }))
}

unsafe extern "C" fn x_shm_lock(
    file: *mut sqlite3_file,
    first: c_int,
    count: c_int,
    flags: c_int,
) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    code(handle.lock_memory(first, count, flags))
}

unsafe extern "C" fn x_shm_barrier(_: *mut sqlite3_file) {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
}

unsafe extern "C" fn x_shm_unmap(file: *mut sqlite3_file, _delete: c_int) -> c_int {
    // SAFETY: an open file.
    let handle = unsafe { handle(file) };
    code(handle.leave_memory())
}
