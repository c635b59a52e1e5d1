//! SQLite's way to the disk: a VFS, the default one of the process, that leads every database file
//! to the [`Disk`](crate::Disk) mounted at its folder. The product opens its database as ever.
//!
//! The only unsafe code of the workspace: SQLite's interface is C. Each callback turns pointers into
//! slices and references and hands them to safe code ([`handle`]).

#![expect(unsafe_code, reason = "SQLite calls a VFS through C function pointers")]

mod files;
mod handle;
mod memory;
mod mount;

pub(crate) use memory::Memory;
pub use mount::Mounted;

use crate::Outcome;
use crate::disk::Code;
use handle::Handle;
use rusqlite::ffi;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr;
use std::sync::OnceLock;

/// Longest path. SQLite asks for a number.
const PATH_BYTES_MAX: c_int = 1_024;

/// A file as SQLite holds it: it reserves the bytes, `base` must come first.
#[repr(C)]
struct OpenFile {
    base: ffi::sqlite3_file,
    /// Made by `x_open`, freed by `x_close`.
    handle: *mut Handle,
}

/// Makes the VFS the process's default, once.
///
/// # Errors
/// When SQLite refuses it.
pub(crate) fn install() -> Outcome<()> {
    static INSTALLED: OnceLock<Result<(), String>> = OnceLock::new();
    INSTALLED.get_or_init(register).clone().map_err(Into::into)
}

fn register() -> Result<(), String> {
    // SAFETY: initializing is allowed at any time, from any thread.
    let ready = unsafe { ffi::sqlite3_initialize() };
    // SAFETY: initialized above; null asks for the default VFS, which is never unregistered.
    let system = unsafe { ffi::sqlite3_vfs_find(ptr::null()) };
    let size = c_int::try_from(size_of::<OpenFile>()).map_err(|error| error.to_string())?;
    if ready != ffi::SQLITE_OK || system.is_null() {
        return Err(String::from("SQLite has no VFS of its own"));
    }
    let vfs = ffi::sqlite3_vfs {
        iVersion: 2,
        szOsFile: size,
        mxPathname: PATH_BYTES_MAX,
        pNext: ptr::null_mut(),
        zName: c"powercut".as_ptr(),
        pAppData: system.cast(),
        xOpen: Some(x_open),
        xDelete: Some(x_delete),
        xAccess: Some(x_access),
        xFullPathname: Some(x_full_pathname),
        xDlOpen: None,
        xDlError: None,
        xDlSym: None,
        xDlClose: None,
        xRandomness: Some(x_randomness),
        xSleep: Some(x_sleep),
        xCurrentTime: None,
        xGetLastError: None,
        xCurrentTimeInt64: Some(x_current_time),
        xSetSystemCall: None,
        xGetSystemCall: None,
        xNextSystemCall: None,
    };
    // SAFETY: every function above keeps SQLite's contract, and the structure lives for ever.
    let registered = unsafe { ffi::sqlite3_vfs_register(Box::leak(Box::new(vfs)), 1) };
    if registered == ffi::SQLITE_OK {
        Ok(())
    } else {
        Err(format!("SQLite does not take the VFS: error {registered}"))
    }
}

/// What a callback returns.
fn code(result: Result<(), Code>) -> Code {
    result.err().unwrap_or(ffi::SQLITE_OK)
}

/// A path that SQLite hands over.
///
/// # Safety
/// `name` is null, or a string that ends with a zero and stays for as long as the result is used.
unsafe fn path<'a>(name: *const c_char) -> Option<&'a str> {
    if name.is_null() {
        return None;
    }
    // SAFETY: not null, and the caller's promise.
    unsafe { CStr::from_ptr(name) }.to_str().ok()
}

unsafe extern "C" fn x_open(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    let file = file.cast::<OpenFile>();
    let base = |methods| ffi::sqlite3_file { pMethods: methods };
    // SAFETY: SQLite gives at least `szOsFile` bytes to fill. Without methods it does not close.
    unsafe { file.write(OpenFile { base: base(ptr::null()), handle: ptr::null_mut() }) };
    let handle = if name.is_null() {
        Ok(Handle::temporary())
    } else {
        // SAFETY: SQLite's path, for as long as this call lasts.
        let path = unsafe { path(name) };
        path.ok_or(ffi::SQLITE_CANTOPEN)
            .and_then(|path| Handle::open(path, flags & ffi::SQLITE_OPEN_CREATE != 0))
    };
    let handle = match handle {
        Ok(handle) => Box::into_raw(Box::new(handle)),
        Err(error) => return error,
    };
    // SAFETY: as above.
    unsafe { file.write(OpenFile { base: base(&raw const files::METHODS), handle }) };
    if !out_flags.is_null() {
        // SAFETY: not null, so it is SQLite's place for the flags.
        unsafe { *out_flags = flags };
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_delete(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    sync_folder: c_int,
) -> c_int {
    // SAFETY: SQLite's path, for as long as this call lasts.
    let path = unsafe { path(name) };
    code(path.ok_or(ffi::SQLITE_IOERR_DELETE).and_then(|path| {
        let (disk, name) = mount::find(path).ok_or(ffi::SQLITE_IOERR_DELETE)?;
        let done = disk.lock().delete(name, sync_folder & 1 != 0);
        done.inspect_err(|_| disk.tell())
    }))
}

unsafe extern "C" fn x_access(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite's path, for as long as this call lasts.
    let path = unsafe { path(name) };
    let exists =
        path.and_then(mount::find).map_or(Ok(false), |(disk, name)| disk.lock().exists(name));
    code(exists.map(|exists| {
        // SAFETY: SQLite's place for the answer.
        unsafe { *out = c_int::from(exists) };
    }))
}

/// Paths are absolute already.
unsafe extern "C" fn x_full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    if name.is_null() {
        return ffi::SQLITE_CANTOPEN;
    }
    // SAFETY: not null, so it is SQLite's path, for as long as this call lasts.
    let bytes = unsafe { CStr::from_ptr(name) }.to_bytes_with_nul();
    if usize::try_from(room).is_ok_and(|room| bytes.len() <= room) {
        // SAFETY: SQLite gives `room` bytes to fill, and they are enough.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr().cast(), out, bytes.len()) };
        ffi::SQLITE_OK
    } else {
        ffi::SQLITE_CANTOPEN
    }
}

/// The same in every run: SQLite takes the salts of the WAL from it.
unsafe extern "C" fn x_randomness(
    _vfs: *mut ffi::sqlite3_vfs,
    count: c_int,
    out: *mut c_char,
) -> c_int {
    let room = usize::try_from(count).unwrap_or(0);
    // SAFETY: SQLite gives `count` bytes to fill.
    unsafe { ptr::write_bytes(out, 0x5a, room) };
    count
}

/// The operating system's VFS, for what has nothing to do with a disk.
///
/// # Safety
/// `vfs` is the one made by [`register`].
unsafe fn system(vfs: *mut ffi::sqlite3_vfs) -> *mut ffi::sqlite3_vfs {
    // SAFETY: `register` keeps it there.
    unsafe { (*vfs).pAppData.cast() }
}

unsafe extern "C" fn x_sleep(vfs: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    // SAFETY: SQLite calls us with the VFS that we registered.
    let system = unsafe { system(vfs) };
    // SAFETY: the system's VFS lives for ever.
    let sleep = unsafe { (*system).xSleep };
    // SAFETY: it is called with its own VFS.
    sleep.map_or(0, |sleep| unsafe { sleep(system, microseconds) })
}

/// The same in every run: what the database takes from its clock is written, and so part of the trace.
unsafe extern "C" fn x_current_time(
    _vfs: *mut ffi::sqlite3_vfs,
    out: *mut ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite's place for the answer.
    unsafe { *out = NOON };
    ffi::SQLITE_OK
}

/// Milliseconds of the Julian calendar; any moment would do.
const NOON: ffi::sqlite3_int64 = 212_633_942_400_000;

/// The handle behind an open file.
///
/// # Safety
/// `file` was opened by [`x_open`], is not closed yet, and is used by one thread at a time.
unsafe fn handle<'a>(file: *mut ffi::sqlite3_file) -> &'a mut Handle {
    // SAFETY: an open file, and so one of ours.
    let open = unsafe { &*file.cast::<OpenFile>() };
    // SAFETY: `x_open` put it there, and the caller's promise that nobody else uses it.
    unsafe { &mut *open.handle }
}

/// `count` bytes at `at`, to fill.
///
/// # Safety
/// They are there, initialised or not read, and nobody else's for as long as the result is used.
unsafe fn bytes_mut<'a>(at: *mut c_void, count: c_int) -> &'a mut [u8] {
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts_mut(at.cast(), usize::try_from(count).unwrap_or(0)) }
}
