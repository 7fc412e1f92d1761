#include "io/hdf5.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/cause.h"
#include "src/base/dims.h"

/* In the order of asking: a checkpoint's writer, which asks again as soon as it has let go, would
 * otherwise keep the reader out for as long as it writes. */
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t turn;
    uint64_t asked, served;
} lock = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0};

static pthread_once_t begun = PTHREAD_ONCE_INIT;

/* HDF5 1.10 does not get over a write that fails while it closes a file: the ids stay, and closing
 * them once more at the program's end crashes. What is to be closed is closed here by name. */
static void begin(void)
{
    (void)H5dont_atexit();
}

void ls_hdf5_lock(void)
{
    (void)pthread_once(&begun, begin);
    (void)pthread_mutex_lock(&lock.mutex);
    const uint64_t mine = lock.asked++;
    while (lock.served != mine)
        (void)pthread_cond_wait(&lock.turn, &lock.mutex);
    (void)pthread_mutex_unlock(&lock.mutex);
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void ls_hdf5_unlock(void)
{
    (void)pthread_mutex_lock(&lock.mutex);
    lock.served++;
    (void)pthread_cond_broadcast(&lock.turn);
    (void)pthread_mutex_unlock(&lock.mutex);
}

void ls_hdf5_yield(void)
{
    ls_hdf5_unlock();
    ls_hdf5_lock();
}

void ls_hdf5_close(hid_t id)
{
    if (id <= 0)
        return;
    const bool failed = H5Eget_num(H5E_DEFAULT) > 0;
    const hid_t stack = failed ? H5Eget_current_stack() : 0;
    (void)H5Idec_ref(id);
    if (failed)
        (void)H5Eset_current_stack(stack);
}

ls_status ls_hdf5_damaged(const char *path, const char *what)
{
    return ls_fail(LS_DATA, "%s is truncated or damaged: %s: %s", path, what, ls_cause_hdf5());
}

static hid_t open_with(const char *path, bool locking)
{
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    (void)H5Pset_fapl_sec2(access);
    (void)H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    (void)H5Pset_file_locking(access, locking, true);
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, access);
    ls_hdf5_close(access);
    return file;
}

/* What a person would look for first, before HDF5 is asked. */
static ls_status check_file(const char *path)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return errno == ENOENT ? ls_fail(LS_DATA, "%s: no such file", path)
                               : ls_fail(LS_DATA, "%s: %s", path, ls_cause_errno(errno));
    if (S_ISDIR(info.st_mode))
        return ls_fail(LS_DATA, "%s is a folder, not an HDF5 file", path);
    if (!S_ISREG(info.st_mode))
        return ls_fail(LS_DATA, "%s is not a regular file", path);
    if (info.st_size == 0)
        return ls_fail(LS_DATA, "%s is not an HDF5 file: it is empty", path);
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ls_fail(LS_DATA, "%s: %s", path, ls_cause_errno(errno));
    (void)close(fd);
    if (H5Fis_hdf5(path) <= 0)
        return ls_fail(LS_DATA, "%s is not an HDF5 file", path);
    return LS_OK;
}

ls_status ls_hdf5_open(const char *path, hid_t *file)
{
    LS_TRY(check_file(path));
    *file = open_with(path, true);
    if (*file >= 0)
        return LS_OK;
    const int error = ls_cause_hdf5_errno();
    if (error == EAGAIN)
        return ls_fail(LS_DATA, "%s is open for writing in another program", path);
    if (error)
        *file = open_with(path, false);
    return *file >= 0 ? LS_OK : ls_hdf5_damaged(path, "opening it");
}

static ls_status shape_of(const char *path, const char *name, hid_t type, hid_t space,
                          struct ls_hdf5_shape *shape)
{
    *shape = (struct ls_hdf5_shape){.class = H5Tget_class(type)};
    if (shape->class == H5T_ENUM)
        shape->class = H5T_INTEGER;
    shape->element_bytes = H5Tget_size(type);
    hsize_t dims[H5S_MAX_RANK];
    shape->axes = H5Sget_simple_extent_dims(space, dims, NULL);
    if (shape->class < 0 || shape->element_bytes == 0 || shape->axes < 0)
        return ls_hdf5_damaged(path, name);
    if (H5Sget_simple_extent_type(space) == H5S_NULL)
        shape->axes = -1;
    for (int a = 0; a < shape->axes && a < LS_HDF5_AXES; a++)
        shape->dims[a] = dims[a];
    return LS_OK;
}

ls_status ls_hdf5_shape_get(const char *path, const char *name, hid_t dataset,
                            struct ls_hdf5_shape *shape)
{
    const hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    const ls_status status = type < 0 || space < 0 ? ls_hdf5_damaged(path, name)
                                                   : shape_of(path, name, type, space, shape);
    ls_hdf5_close(type);
    ls_hdf5_close(space);
    return status;
}

const char *ls_hdf5_shape_text(const struct ls_hdf5_shape *shape, char *text)
{
    if (shape->axes < 0) {
        (void)snprintf(text, LS_SHAPE_TEXT, "null");
        return text;
    }
    size_t used = (size_t)snprintf(text, LS_SHAPE_TEXT, "(");
    for (int a = 0; a < shape->axes && a < LS_HDF5_AXES && used < LS_SHAPE_TEXT; a++)
        used += (size_t)snprintf(text + used, LS_SHAPE_TEXT - used, "%s%llu", a ? ", " : "",
                                 (unsigned long long)shape->dims[a]);
    if (used < LS_SHAPE_TEXT)
        (void)snprintf(text + used, LS_SHAPE_TEXT - used, "%s)",
                       shape->axes > LS_HDF5_AXES ? ", ..." : "");
    return text;
}

bool ls_hdf5_has(hid_t file, const char *name)
{
    char prefix[1024];
    const size_t len = strlen(name);
    if (len >= sizeof prefix)
        return false;
    for (size_t i = 1; i <= len; i++) {
        if (name[i] != '/' && name[i] != '\0')
            continue;
        memcpy(prefix, name, i);
        prefix[i] = '\0';
        if (strcmp(prefix, "/") != 0 && H5Lexists(file, prefix, H5P_DEFAULT) <= 0)
            return false;
    }
    return H5Oexists_by_name(file, name, H5P_DEFAULT) > 0;
}
