#include "launch/import/image_list.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

/* Names, growing. */
struct names {
    size_t len, capacity;
    const char **name;
};

static ls_status add(struct names *names, const char *name)
{
    if (names->len == names->capacity) {
        const size_t capacity = names->capacity ? 2 * names->capacity : 64;
        void *grown = ls_realloc(names->name, names->capacity, capacity, sizeof *names->name);
        LS_TRY(grown ? LS_OK : LS_OTHER);
        names->name = grown;
        names->capacity = capacity;
    }
    names->name[names->len++] = name;
    return name ? LS_OK : LS_OTHER;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static ls_status list_folder(const char *folder, struct ls_arena *arena, struct names *names)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return ls_fail(LS_DATA, "%s: %s", folder, strerror(errno));
    ls_status status = LS_OK;
    const struct dirent *entry;
    while (errno = 0, status == LS_OK && (entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            status = add(names, ls_arena_strdup(arena, entry->d_name));
    if (status == LS_OK && errno)
        status = ls_fail(LS_DATA, "%s: %s", folder, strerror(errno));
    (void)closedir(dir);
    if (names->len > 0)
        qsort(names->name, names->len, sizeof *names->name, by_bytes);
    return status;
}

static bool is_picture(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (strcasecmp(dot, ".png") == 0 || strcasecmp(dot, ".jpg") == 0 ||
                   strcasecmp(dot, ".jpeg") == 0);
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static void pass_over(struct ls_image_list *list, const char *path)
{
    list->n_passed_over++;
    list->passed_over = path;
}

/* Adds the pictures of one class to `paths`. */
static ls_status read_class(const char *folder, struct ls_arena *arena, struct ls_image_list *list,
                            struct names *paths)
{
    struct names names = {0};
    const size_t before = paths->len;
    ls_status status;
    LS_TRY_OUT(list_folder(folder, arena, &names));
    for (size_t i = 0; i < names.len; i++) {
        const char *path = ls_arena_printf(arena, "%s/%s", folder, names.name[i]);
        LS_TRY_OUT(path ? LS_OK : LS_OTHER);
        if (is_picture(path))
            LS_TRY_OUT(add(paths, path));
        else if (is_folder(path))
            LS_TRY_OUT(ls_fail(LS_DATA,
                               "%s: is a folder within a class; pictures lie in "
                               "DIR/CLASS/ itself",
                               path));
        else
            pass_over(list, path);
    }
    if (paths->len == before)
        status = ls_fail(LS_DATA,
                         "%s: has no .png, .jpg or .jpeg files; each folder in DIR is a class, "
                         "take this away if it is none",
                         folder);
out:
    ls_free(names.name);
    return status;
}

/* What lies in DIR itself: folders are the classes. */
static ls_status read_top(const char *folder, struct ls_arena *arena, struct ls_image_list *list,
                          struct names *classes)
{
    struct names names = {0};
    ls_status status;
    LS_TRY_OUT(list_folder(folder, arena, &names));
    for (size_t i = 0; i < names.len; i++) {
        const char *path = ls_arena_printf(arena, "%s/%s", folder, names.name[i]);
        LS_TRY_OUT(path ? LS_OK : LS_OTHER);
        if (is_folder(path))
            LS_TRY_OUT(add(classes, names.name[i]));
        else if (is_picture(path))
            LS_TRY_OUT(ls_fail(LS_DATA, "%s: is of no class; put it into %s/CLASS/", path, folder));
        else
            pass_over(list, path);
    }
    if (classes->len == 0)
        status = ls_fail(LS_DATA, "%s: has no folders; pictures lie in %s/CLASS/", folder, folder);
    else if (classes->len > LS_IMAGE_CLASSES)
        status = ls_fail(LS_DATA, "%s: has %zu folders, where up to %d classes are taken", folder,
                         classes->len, LS_IMAGE_CLASSES);
out:
    ls_free(names.name);
    return status;
}

static ls_status keep(const struct names *names, struct ls_arena *arena, const char ***kept)
{
    *kept = ls_arena_get(arena, names->len, sizeof **kept);
    LS_TRY(*kept ? LS_OK : LS_OTHER);
    memcpy(*kept, names->name, names->len * sizeof **kept);
    return LS_OK;
}

ls_status ls_image_list_read(const char *folder, struct ls_arena *arena, struct ls_image_list *list)
{
    struct names classes = {0}, paths = {0};
    size_t end[LS_IMAGE_CLASSES];
    ls_status status;
    *list = (struct ls_image_list){0};
    LS_TRY_OUT(read_top(folder, arena, list, &classes));
    for (size_t k = 0; k < classes.len; k++) {
        const char *path = ls_arena_printf(arena, "%s/%s", folder, classes.name[k]);
        LS_TRY_OUT(path ? LS_OK : LS_OTHER);
        LS_TRY_OUT(read_class(path, arena, list, &paths));
        end[k] = paths.len;
    }
    LS_TRY_OUT(keep(&classes, arena, &list->class_names));
    LS_TRY_OUT(keep(&paths, arena, &list->paths));
    list->n_classes = classes.len;
    list->len = paths.len;
    list->classes = ls_arena_get(arena, list->len, sizeof *list->classes);
    LS_TRY_OUT(list->classes ? LS_OK : LS_OTHER);
    for (size_t i = 0, k = 0; i < list->len; i++) {
        k += i == end[k];
        list->classes[i] = (int32_t)k;
    }
out:
    ls_free(classes.name);
    ls_free(paths.name);
    return status;
}
