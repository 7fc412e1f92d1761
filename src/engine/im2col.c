#include "src/engine/im2col.h"

#include <string.h>

/* The taps [begin, end) of one axis of a window that lie inside the image; tap i is at
 * first + i * dilation. */
struct taps {
    ptrdiff_t first;
    size_t begin, end;
};

static struct taps find_taps(size_t out, size_t stride, size_t pad, size_t dilation, size_t kernel,
                             size_t len)
{
    struct taps taps = {(ptrdiff_t)(out * stride) - (ptrdiff_t)pad, 0, kernel};
    while (taps.begin < kernel && taps.first + (ptrdiff_t)(taps.begin * dilation) < 0)
        taps.begin++;
    while (taps.end > taps.begin &&
           taps.first + (ptrdiff_t)((taps.end - 1) * dilation) >= (ptrdiff_t)len)
        taps.end--;
    return taps;
}

static size_t tap_at(struct taps taps, size_t i, size_t dilation)
{
    return (size_t)(taps.first + (ptrdiff_t)(i * dilation));
}

/* One row of a patch in one group: (KW, C / groups), from the row of the image at `line`. */
static void gather_line(const struct ls_conv_sizes *s, struct taps taps, const real *restrict line,
                        real *restrict col)
{
    const size_t c = s->c / s->groups;
    if (taps.begin > 0)
        memset(col, 0, taps.begin * c * sizeof *col);
    if (c == 1)
        for (size_t j = taps.begin; j < taps.end; j++)
            col[j] = line[tap_at(taps, j, s->dilation_w) * s->c];
    else if (s->groups == 1 && s->dilation_w == 1 && taps.end > taps.begin)
        memcpy(col + taps.begin * c, line + tap_at(taps, taps.begin, 1) * c,
               (taps.end - taps.begin) * c * sizeof *col);
    else
        for (size_t j = taps.begin; j < taps.end; j++)
            memcpy(col + j * c, line + tap_at(taps, j, s->dilation_w) * s->c, c * sizeof *col);
    if (taps.end < s->kw)
        memset(col + taps.end * c, 0, (s->kw - taps.end) * c * sizeof *col);
}

static void add(size_t len, const real *restrict from, real *restrict to)
{
    for (size_t i = 0; i < len; i++)
        to[i] += from[i];
}

static void scatter_line(const struct ls_conv_sizes *s, struct taps taps, const real *restrict col,
                         real *restrict line)
{
    const size_t c = s->c / s->groups;
    if (s->groups == 1 && s->dilation_w == 1 && taps.end > taps.begin)
        add((taps.end - taps.begin) * c, col + taps.begin * c,
            line + tap_at(taps, taps.begin, 1) * c);
    else
        for (size_t j = taps.begin; j < taps.end; j++)
            add(c, col + j * c, line + tap_at(taps, j, s->dilation_w) * s->c);
}

static void gather_patch(const struct ls_conv_sizes *s, struct taps down, struct taps across,
                         const real *restrict image, real *restrict col)
{
    const size_t c = s->c / s->groups, line_len = s->kw * c;
    for (size_t g = 0; g < s->groups; g++)
        for (size_t i = 0; i < s->kh; i++, col += line_len) {
            if (i < down.begin || i >= down.end) {
                memset(col, 0, line_len * sizeof *col);
                continue;
            }
            const size_t y = tap_at(down, i, s->dilation_h);
            gather_line(s, across, image + y * s->w * s->c + g * c, col);
        }
}

static void scatter_patch(const struct ls_conv_sizes *s, struct taps down, struct taps across,
                          const real *restrict col, real *restrict image)
{
    const size_t c = s->c / s->groups, line_len = s->kw * c;
    for (size_t g = 0; g < s->groups; g++)
        for (size_t i = down.begin; i < down.end; i++) {
            const size_t y = tap_at(down, i, s->dilation_h);
            scatter_line(s, across, col + (g * s->kh + i) * line_len,
                         image + y * s->w * s->c + g * c);
        }
}

static struct taps taps_down(const struct ls_conv_sizes *s, size_t row)
{
    return find_taps(row % s->oh, s->stride_h, s->pad_h, s->dilation_h, s->kh, s->h);
}

static struct taps taps_across(const struct ls_conv_sizes *s, size_t column)
{
    return find_taps(column, s->stride_w, s->pad_w, s->dilation_w, s->kw, s->w);
}

void ls_im2col(const struct ls_conv_sizes *sizes, size_t begin, size_t end, const real *restrict x,
               real *restrict col)
{
    const size_t image_len = sizes->h * sizes->w * sizes->c, patch = ls_patch_len(sizes);
    for (size_t row = begin; row < end; row++) {
        const struct taps down = taps_down(sizes, row);
        for (size_t column = 0; column < sizes->ow; column++, col += patch)
            gather_patch(sizes, down, taps_across(sizes, column), x + row / sizes->oh * image_len,
                         col);
    }
}

void ls_col2im(const struct ls_conv_sizes *sizes, size_t begin, size_t end,
               const real *restrict col, real *restrict dx)
{
    const size_t image_len = sizes->h * sizes->w * sizes->c, patch = ls_patch_len(sizes);
    for (size_t row = begin; row < end; row++) {
        const struct taps down = taps_down(sizes, row);
        for (size_t column = 0; column < sizes->ow; column++, col += patch)
            scatter_patch(sizes, down, taps_across(sizes, column), col,
                          dx + row / sizes->oh * image_len);
    }
}
