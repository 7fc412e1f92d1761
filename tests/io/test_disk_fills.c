/* As test_disk_full, on a file system that neither reserves blocks nor tells how much is free. */
#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>

#include "tests/io/test_disk_full.c"

/* These two stand in for the system's. */
int fallocate(int fd, int mode, off_t offset, off_t len)
{
    (void)fd;
    (void)mode;
    (void)offset;
    (void)len;
    errno = EOPNOTSUPP;
    return -1;
}

int fstatvfs(int fd, struct statvfs *info)
{
    (void)fd;
    (void)info;
    errno = ENOSYS;
    return -1;
}
