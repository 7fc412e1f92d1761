#include "io/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "io/cause.h"

enum { SLACK_BYTES = 64 * 1024 }; /* for metadata, besides 1/64 of the data */

size_t ls_folder_len(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

int ls_folder_sync(const char *path)
{
    char folder[PATH_MAX] = ".";
    const size_t len = ls_folder_len(path);
    if (len >= sizeof folder)
        return ENAMETOOLONG;
    if (len > 0)
        (void)snprintf(folder, sizeof folder, "%.*s", (int)len, path);
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    const int error = fsync(fd) != 0 ? errno : 0;
    (void)close(fd);
    return error == EINVAL ? 0 : error; /* of file systems that do not sync folders */
}

static ls_status name_files(struct ls_outfile *out, const char *path)
{
    const size_t len = strlen(path), folder = ls_folder_len(path), bytes = len + sizeof "..tmp";
    out->path = ls_alloc(bytes, 1);
    out->temp = ls_alloc(bytes, 1);
    if (!out->path || !out->temp)
        return LS_OTHER;
    memcpy(out->path, path, len);
    (void)snprintf(out->temp, bytes, "%.*s.%s.tmp", (int)folder, path, path + folder);
    return LS_OK;
}

static ls_status failed_errno(const struct ls_outfile *out, int error)
{
    return ls_fail(LS_DATA, "cannot write %s: %s", out->path, ls_cause_errno(error));
}

ls_status ls_outfile_failed(const struct ls_outfile *out, const char *what)
{
    const int error = ls_cause_hdf5_errno();
    if (error)
        return failed_errno(out, error);
    return ls_fail(LS_DATA, "cannot write %s: %s: %s", out->path, what, ls_cause_hdf5());
}

/* Takes blocks by writing zeros, where they cannot be reserved. */
static ls_status write_zeros(const struct ls_outfile *out, uint64_t bytes)
{
    static const char zeros[1 << 16];
    for (uint64_t done = 0; done < bytes;) {
        const size_t piece = bytes - done < sizeof zeros ? (size_t)(bytes - done) : sizeof zeros;
        const ssize_t wrote = pwrite(out->fd, zeros, piece, (off_t)done);
        if (wrote < 0 && errno != EINTR)
            return failed_errno(out, errno);
        done += wrote > 0 ? (uint64_t)wrote : 0;
    }
    return fdatasync(out->fd) == 0 ? LS_OK : failed_errno(out, errno);
}

/* Whether a file may become so long: a limit of the process, or of the file system. */
static int try_length(const struct ls_outfile *out, uint64_t bytes)
{
    struct stat info;
    if (fstat(out->fd, &info) != 0 || ftruncate(out->fd, (off_t)bytes) != 0)
        return errno;
    return ftruncate(out->fd, info.st_size) == 0 ? 0 : errno;
}

/* HDF5 1.10 does not get over a disk that fills up while it closes a dataset or file: their ids
 * and the descriptor stay. So the blocks are taken beforehand. */
ls_status ls_outfile_reserve(const struct ls_outfile *out, uint64_t bytes)
{
    const uint64_t need = bytes + bytes / 64 + SLACK_BYTES;
    const int error = try_length(out, need);
    if (error)
        return failed_errno(out, error);
    if (fallocate(out->fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)need) == 0)
        return LS_OK;
    if (errno == ENOSPC || errno == EDQUOT || errno == EFBIG)
        return failed_errno(out, errno);
    struct statvfs info;
    if (fstatvfs(out->fd, &info) == 0 && info.f_frsize > 0 && need / info.f_frsize >= info.f_bavail)
        return failed_errno(out, ENOSPC);
    return write_zeros(out, need);
}

/* Without times: the same data give the same file. */
static ls_status create_hdf5(struct ls_outfile *out)
{
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
    ls_status status = LS_OK;
    if (H5Pset_fapl_sec2(access) < 0 || H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) < 0 ||
        H5Pset_file_locking(access, false, true) < 0 ||
        H5Pset_obj_track_times(creation, false) < 0 ||
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) < 0)
        status = ls_outfile_failed(out, "HDF5's settings");
    if (status == LS_OK)
        out->file = H5Fcreate(out->temp, H5F_ACC_TRUNC, creation, access);
    if (out->file < 0)
        status = ls_outfile_failed(out, "creating it");
    ls_hdf5_close(access);
    ls_hdf5_close(creation);
    return status;
}

ls_status ls_outfile_create(struct ls_outfile *out, const char *path)
{
    *out = (struct ls_outfile){.fd = -1};
    ls_status status = LS_OK;
    LS_TRY_OUT(name_files(out, path));
    out->fd = open(out->temp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (out->fd < 0)
        LS_TRY_OUT(failed_errno(out, errno));
    LS_TRY_OUT(create_hdf5(out));
out:
    if (status != LS_OK)
        ls_outfile_release(out);
    return status;
}

ls_status ls_outfile_close(struct ls_outfile *out)
{
    if (H5Fflush(out->file, H5F_SCOPE_LOCAL) < 0)
        return ls_outfile_failed(out, "flushing it");
    const hid_t file = out->file;
    out->file = 0;
    return H5Fclose(file) < 0 ? ls_outfile_failed(out, "closing it") : LS_OK;
}

ls_status ls_outfile_sync(struct ls_outfile *out)
{
    struct stat info;
    /* HDF5 has cut the file to its length; this gives reserved blocks past the end back */
    if (fstat(out->fd, &info) != 0 || ftruncate(out->fd, info.st_size) != 0 || fsync(out->fd) != 0)
        return failed_errno(out, errno);
    /* so that what is read back comes from the disk */
    (void)posix_fadvise(out->fd, 0, 0, POSIX_FADV_DONTNEED);
    return LS_OK;
}

ls_status ls_outfile_commit(struct ls_outfile *out)
{
    if (rename(out->temp, out->path) != 0)
        return failed_errno(out, errno);
    out->temp[ls_folder_len(out->path)] = '\0'; /* the name is gone from the folder */
    const int error = ls_folder_sync(out->path);
    return error ? failed_errno(out, error) : LS_OK;
}

void ls_outfile_release(struct ls_outfile *out)
{
    if (out->file > 0)
        (void)H5Fclose(out->file);
    if (out->fd >= 0 && out->temp[ls_folder_len(out->path)]) {
        (void)unlink(out->temp);
        (void)!ftruncate(out->fd, 0); /* HDF5 may hold it open for good */
    }
    if (out->fd >= 0)
        (void)close(out->fd);
    ls_free(out->path);
    ls_free(out->temp);
    *out = (struct ls_outfile){.fd = -1};
}
