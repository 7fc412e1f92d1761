/* The pictures of a folder with one sub-folder per class, in the order in which they become
 * samples. */
#ifndef LOCKSTEP_LAUNCH_IMPORT_IMAGE_LIST_H
#define LOCKSTEP_LAUNCH_IMPORT_IMAGE_LIST_H

#include <stdint.h>

#include "src/base/arena.h"

enum { LS_IMAGE_CLASSES = 10000 };

struct ls_image_list {
    size_t n_classes, len;
    const char **class_names; /* (n_classes) names of sub-folders, sorted by bytes */
    const char **paths;       /* (len) class by class, sorted by bytes */
    int32_t *classes;         /* (len) */
    size_t n_passed_over;     /* files that are no pictures by their names */
    const char *passed_over;  /* one of these, NULL without */
};

/** Lists DIR/CLASS/FILE.{png,jpg,jpeg}, in either case of letters; what begins with a dot is not
 *  seen. Everything lives in `arena`.
 *  Errors: LS_DATA: cannot be read; pictures outside of the folders of classes; a class without
 *  pictures, or more than LS_IMAGE_CLASSES of them; a folder within a class.  Collective: no. */
ls_status ls_image_list_read(const char *folder, struct ls_arena *arena,
                             struct ls_image_list *list);

#endif
