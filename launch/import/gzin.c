#include "launch/import/gzin.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

enum { PIECE = 1 << 18 };

static ls_status fail(const struct ls_gzin *in)
{
    int code;
    const char *cause = gzerror(in->file, &code);
    return ls_fail(LS_DATA, "%s: cannot be read: %s", in->path,
                   code == Z_ERRNO ? strerror(errno) : cause);
}

ls_status ls_gzin_read_some(struct ls_gzin *in, void *data, size_t len, size_t *got)
{
    *got = 0;
    while (*got < len) {
        const size_t piece = len - *got < PIECE ? len - *got : PIECE;
        const int count = gzread(in->file, (char *)data + *got, (unsigned)piece);
        if (count < 0)
            return fail(in);
        if (count == 0)
            break;
        *got += (size_t)count;
    }
    return LS_OK;
}

ls_status ls_gzin_read(struct ls_gzin *in, void *data, size_t len)
{
    size_t got;
    LS_TRY(ls_gzin_read_some(in, data, len, &got));
    if (got < len)
        return ls_fail(LS_DATA, "%s: ends %zu bytes too early", in->path, len - got);
    return LS_OK;
}

ls_status ls_gzin_rewind(struct ls_gzin *in)
{
    return gzrewind(in->file) == 0 ? LS_OK : fail(in);
}

static ls_status measure(struct ls_gzin *in)
{
    char piece[4096];
    for (size_t got = 1; got > 0; in->bytes += got)
        LS_TRY(ls_gzin_read_some(in, piece, sizeof piece, &got));
    int code;
    (void)gzerror(in->file, &code);
    if (code == Z_BUF_ERROR)
        return ls_fail(LS_DATA, "%s: compressed data end in the middle", in->path);
    return ls_gzin_rewind(in);
}

ls_status ls_gzin_open(struct ls_gzin *in, const char *path)
{
    struct stat info;
    *in = (struct ls_gzin){.path = path};
    if (stat(path, &info) != 0)
        return ls_fail(LS_DATA, "%s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return ls_fail(LS_DATA, "%s: is not a file", path);
    in->file = gzopen(path, "rb");
    if (!in->file)
        return ls_fail(LS_DATA, "%s: %s", path, strerror(errno));
    if (gzdirect(in->file)) {
        in->bytes = (uint64_t)info.st_size;
        return LS_OK;
    }
    const ls_status status = measure(in);
    if (status != LS_OK)
        ls_gzin_close(in);
    return status;
}

void ls_gzin_close(struct ls_gzin *in)
{
    if (in->file)
        (void)gzclose_r(in->file);
    *in = (struct ls_gzin){0};
}
