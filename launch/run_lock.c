#include "launch/run_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { HOLDER_LEN = 256 };

static const double pause_s = 0.1;

/* Lustre without its mount option says ENOSYS. */
static bool knows_no_locks(int error)
{
    return error == ENOLCK || error == EOPNOTSUPP || error == ENOSYS;
}

static bool is_held_by_another(int fd, double wait_s)
{
    for (double waited_s = 0;; waited_s += pause_s) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0 || knows_no_locks(errno))
            return false;
        if (waited_s >= wait_s)
            return true;
        (void)nanosleep(&(struct timespec){.tv_nsec = (long)(pause_s * 1e9)}, NULL);
    }
}

/* Only for messages: a disk that has no room for it is no reason to stop here. */
static void write_holder(int fd, const char *text)
{
    if (ftruncate(fd, 0) == 0)
        (void)dprintf(fd, "%s", text);
}

static void write_myself(int fd)
{
    char host[HOST_NAME_MAX + 1] = "", text[HOLDER_LEN];
    (void)gethostname(host, sizeof host - 1);
    (void)snprintf(text, sizeof text, "host %s, pid %ld\n", host, (long)getpid());
    write_holder(fd, text);
}

static ls_status refuse(int fd, const char *folder)
{
    char holder[HOLDER_LEN];
    const ssize_t len = pread(fd, holder, sizeof holder - 1, 0);
    holder[len > 0 ? len : 0] = '\0';
    holder[strcspn(holder, "\n")] = '\0';
    if (holder[0] == '\0')
        return ls_fail(LS_USAGE, "%s is in use by another run", folder);
    return ls_fail(LS_USAGE, "%s is in use by another run (%s)", folder, holder);
}

ls_status ls_run_lock_take(struct ls_run_lock *lock, const char *folder, double wait_s)
{
    char path[PATH_MAX + 8];
    (void)snprintf(path, sizeof path, "%s/.lock", folder);
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return ls_fail(LS_DATA, "%s: cannot write: %s", path, strerror(errno));
    if (is_held_by_another(fd, wait_s)) {
        const ls_status status = refuse(fd, folder);
        (void)close(fd);
        return status;
    }
    write_myself(fd);
    *lock = (struct ls_run_lock){.is_taken = true, .fd = fd};
    return LS_OK;
}

bool ls_run_lock_is_held(const char *folder)
{
    char path[PATH_MAX + 8];
    (void)snprintf(path, sizeof path, "%s/.lock", folder);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const bool is_held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    (void)close(fd);
    return is_held;
}

void ls_run_lock_release(struct ls_run_lock *lock)
{
    if (!lock->is_taken)
        return;
    write_holder(lock->fd, "");
    (void)close(lock->fd);
    *lock = (struct ls_run_lock){0};
}
