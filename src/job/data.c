#include "src/job/data.h"

#include <string.h>

#include "src/base/number.h"

struct crop {
    size_t pad;
};

static const struct ls_option crop_options[] = {
    {"pad", LS_SIZE, offsetof(struct crop, pad), "4", 1, 4096, NULL,
     "zeros on every side before cutting out the old size"},
    {0}};

static const struct ls_option no_options[] = {{0}};

static const struct ls_option noise_options[] = {
    {"normal", LS_REAL, offsetof(struct ls_corruption, normal), "0", 0, 1e30, NULL,
     "standard deviation"},
    {"mask", LS_REAL, offsetof(struct ls_corruption, mask), "0", 0, 1, NULL, "share"},
    {0}};

struct given {
    struct ls_reals mean, std;
};

static const struct ls_option given_options[] = {
    {"mean", LS_REALS, offsetof(struct given, mean), NULL, 0, 0, NULL, "of each channel"},
    {"std", LS_REALS, offsetof(struct given, std), NULL, 0, 0, NULL, "of each channel"},
    {0}};

/* A number is a share, anything else a path. */
static ls_status parse_valid(struct ls_job_data *data, struct ls_arena *arena)
{
    const struct ls_node *const node = data->valid;
    if (!node)
        return LS_OK;
    if (node->kind != LS_NODE_SCALAR)
        return ls_node_fail(node, "data: valid takes a file, or a share such as 0.1");
    double share = 0;
    if (node->quoted || !ls_number_real(node->text, &share)) {
        data->valid_path = ls_arena_strdup(arena, node->text);
        return data->valid_path ? LS_OK : LS_OTHER;
    }
    if (!(share > 0 && share < 1))
        return ls_node_fail(node, "data: valid takes a file, or a share between 0 and 1, got %s",
                            node->text);
    data->valid_share = share;
    return LS_OK;
}

static ls_status parse_normalize(struct ls_job_data *data, struct ls_arena *arena)
{
    const struct ls_node *const node = data->normalize;
    if (!node || (node->kind == LS_NODE_SCALAR && strcmp(node->text, "none") == 0))
        return LS_OK;
    if (node->kind == LS_NODE_SCALAR && strcmp(node->text, "channel") == 0) {
        data->normalize_by = LS_NORMALIZE_CHANNEL;
        return LS_OK;
    }
    if (node->kind == LS_NODE_SCALAR && strcmp(node->text, "sample") == 0) {
        data->normalize_by = LS_NORMALIZE_SAMPLE;
        return LS_OK;
    }
    if (node->kind != LS_NODE_MAP)
        return ls_node_fail(node, "data: normalize takes none, channel, sample, or "
                                  "{mean: [...], std: [...]}");
    struct given given;
    LS_TRY(ls_options_parse(given_options, node, "normalize", NULL, arena, &given));
    if (given.mean.len != given.std.len || given.mean.len == 0)
        return ls_node_fail(node,
                            "normalize: mean has %zu numbers and std %zu: one of each for "
                            "every channel",
                            given.mean.len, given.std.len);
    for (size_t i = 0; i < given.std.len; i++)
        if (!(given.std.value[i] > 0))
            return ls_node_fail(node, "normalize: std must be above 0, got %g", given.std.value[i]);
    data->normalize_by = LS_NORMALIZE_GIVEN;
    data->mean = given.mean;
    data->std = given.std;
    return LS_OK;
}

static ls_status parse_augment(struct ls_job_data *data, struct ls_arena *arena)
{
    const struct ls_node *const node = data->augment;
    if (!node)
        return LS_OK;
    const struct ls_node *item = node->kind == LS_NODE_LIST ? node->child : node;
    for (; item; item = node->kind == LS_NODE_LIST ? item->next : NULL) {
        struct ls_choice choice;
        struct crop crop = {0};
        LS_TRY(ls_choice_parse(item, "augment", NULL, &choice));
        const bool is_crop = strcmp(choice.kind, "crop") == 0;
        const bool is_flip = strcmp(choice.kind, "flip") == 0;
        if (!is_crop && !is_flip && strcmp(choice.kind, "none") != 0)
            return ls_node_fail(item, "augment takes flip and crop, got \"%s\"", choice.kind);
        LS_TRY(ls_options_parse(is_crop ? crop_options : no_options, choice.arguments, choice.kind,
                                NULL, arena, &crop));
        if (is_crop)
            data->augment_by.crop_pad = crop.pad;
        if (is_flip)
            data->augment_by.flip = true;
    }
    return LS_OK;
}

static ls_status parse_noise(struct ls_job_data *data, struct ls_arena *arena)
{
    const struct ls_node *const node = data->noise;
    if (!node || (node->kind == LS_NODE_SCALAR && strcmp(node->text, "none") == 0))
        return LS_OK;
    if (node->kind != LS_NODE_MAP)
        return ls_node_fail(node, "data: noise takes {normal: STD} or {mask: P}");
    LS_TRY(ls_options_parse(noise_options, node, "noise", NULL, arena, &data->corrupt_by));
    if (data->corrupt_by.normal > 0 && data->corrupt_by.mask > 0)
        return ls_node_fail(node, "noise: give normal or mask, not both");
    return LS_OK;
}

ls_status ls_job_parse_data(struct ls_job_data *data, struct ls_arena *arena)
{
    LS_TRY(parse_valid(data, arena));
    LS_TRY(parse_normalize(data, arena));
    LS_TRY(parse_noise(data, arena));
    return parse_augment(data, arena);
}
