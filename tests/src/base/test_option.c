#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "src/base/option.h"

struct conv {
    size_t out;
    struct ls_axes kernel, pad;
    bool bias;
    double rate;
    struct ls_reals betas;
    struct ls_names from;
    int mode;
    const char *name;
    const struct ls_node *extra;
};

static const char *const pads[] = {"same", NULL};
static const char *const modes[] = {"nearest", "bilinear", NULL};

#define FIELD(name) offsetof(struct conv, name)
static const struct ls_option table[] = {
    {"out", LS_SIZE, FIELD(out), NULL, 1, 1e12, NULL, "output channels"},
    {"kernel", LS_AXES, FIELD(kernel), "3", 1, 4096, NULL, "size of the kernel"},
    {"pad", LS_AXES, FIELD(pad), "0", 0, 4096, pads, "zeros around the input"},
    {"bias", LS_BOOL, FIELD(bias), "true", 0, 0, NULL, "adds one"},
    {"rate", LS_REAL, FIELD(rate), "0.5", 0, 1, NULL, "a share"},
    {"betas", LS_REALS, FIELD(betas), "[0.9, 0.999]", 0, 1, NULL, "two of them"},
    {"from", LS_NAMES, FIELD(from), "", 0, 0, NULL, "entries read"},
    {"mode", LS_ENUM, FIELD(mode), "bilinear", 0, 0, modes, "how"},
    {"name", LS_STRING, FIELD(name), "", 0, 0, NULL, "a name"},
    {"extra", LS_NODE, FIELD(extra), "", 0, 0, NULL, "anything"},
    {0},
};
static const struct ls_option empty[] = {{0}};

static struct ls_arena arena;

static int open_arena(void **state)
{
    (void)state;
    ls_arena_init(&arena);
    return 0;
}

static int close_arena(void **state)
{
    (void)state;
    ls_arena_release(&arena);
    return 0;
}

static struct ls_node *placed(struct ls_node *node, int line, int column)
{
    node->file = "job.yaml";
    node->line = line;
    node->column = column;
    node->key_line = line;
    node->key_column = 3;
    return node;
}

static struct ls_node *map_of(const char *key, const char *text)
{
    struct ls_node *map = placed(ls_node_branch(&arena, LS_NODE_MAP, "conv"), 7, 5);
    if (key)
        ls_node_put(map, placed(ls_node_scalar(&arena, key, text), 12, 9));
    return map;
}

static void refuses(const char *key, const char *text, const char *message)
{
    struct conv conv;
    struct ls_node *map = map_of("out", "4");
    ls_node_put(map, placed(ls_node_scalar(&arena, key, text), 12, 9));
    assert_int_equal(ls_options_parse(table, map, "conv", NULL, &arena, &conv), LS_USAGE);
    assert_string_equal(ls_message(), message);
}

static void defaults_fill_what_is_not_given(void **state)
{
    (void)state;
    struct conv conv;
    memset(&conv, 0xff, sizeof conv);
    struct ls_node *map = map_of("out", "16");
    ls_node_put(map, placed(ls_node_scalar(&arena, "kernel", ""), 8, 1)); /* null */
    assert_int_equal(ls_options_parse(table, map, "conv", NULL, &arena, &conv), LS_OK);
    assert_int_equal(conv.out, 16);
    assert_int_equal(conv.kernel.len, 1);
    assert_int_equal(conv.kernel.value[1], 3);
    assert_null(conv.pad.word);
    assert_true(conv.bias);
    assert_true(conv.rate == 0.5);
    assert_int_equal(conv.betas.len, 2);
    assert_true(conv.betas.value[1] == 0.999);
    assert_int_equal(conv.from.len, 0);
    assert_int_equal(conv.mode, 1);
    assert_string_equal(conv.name, "");
    assert_null(conv.extra);
}

static void a_bare_value_stands_for_the_first_row(void **state)
{
    (void)state;
    struct conv conv;
    struct ls_node *bare = placed(ls_node_scalar(&arena, "conv", "10"), 7, 9);
    assert_int_equal(ls_options_parse(table, bare, "conv", NULL, &arena, &conv), LS_OK);
    assert_int_equal(conv.out, 10);
    assert_int_equal(ls_options_parse(empty, bare, "relu", NULL, &arena, &conv), LS_USAGE);
    assert_string_equal(ls_message(), "job.yaml:7:9: relu takes no arguments, got 10");
    bare->text = "";
    assert_int_equal(ls_options_parse(empty, bare, "relu", NULL, &arena, &conv), LS_OK);
}

static void wrong_values_are_refused_with_their_place(void **state)
{
    (void)state;
    refuses("kernel", "three",
            "job.yaml:12:9: conv: kernel takes a whole number from 1 to 4096 (or a list, one "
            "per axis), got \"three\"");
    refuses("out", "16.5",
            "job.yaml:12:9: conv: out takes a whole number of 1 or more, "
            "got \"16.5\"");
    refuses("out", "-1", "job.yaml:12:9: conv: out takes a whole number of 1 or more, got \"-1\"");
    refuses("out", "0", "job.yaml:12:9: conv: out takes a whole number of 1 or more, got \"0\"");
    refuses("out", "99999999999999999999",
            "job.yaml:12:9: conv: out takes a whole number of 1 or more, "
            "got \"99999999999999999999\"");
    refuses("rate", "nan", "job.yaml:12:9: conv: rate takes a number from 0 to 1, got \"nan\"");
    refuses("rate", "1e999", "job.yaml:12:9: conv: rate takes a number from 0 to 1, got \"1e999\"");
    refuses("rate", "0.5x", "job.yaml:12:9: conv: rate takes a number from 0 to 1, got \"0.5x\"");
    refuses("bias", "maybe", "job.yaml:12:9: conv: bias takes true or false, got \"maybe\"");
    refuses("mode", "bilinera",
            "job.yaml:12:9: conv: mode takes one of nearest, bilinear, got "
            "\"bilinera\" (did you mean \"bilinear\"?)");
}

static void numbers_and_bools_come_in_their_usual_spellings(void **state)
{
    (void)state;
    const struct {
        const char *text;
        double value;
    } reals[] = {{"1e-3", 1e-3}, {"1", 1}, {".5", 0.5}, {"0", 0}, {"+0.25", 0.25}, {"1.", 1}};
    struct conv conv = {0};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        assert_int_equal(ls_option_parse_text(&table[4], reals[i].text, "conv", &arena, &conv),
                         LS_OK);
        assert_true(conv.rate == reals[i].value);
    }
    const char *const words[] = {"true", "false", "yes", "no", "on", "off"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        assert_int_equal(ls_option_parse_text(&table[3], words[i], "conv", &arena, &conv), LS_OK);
        assert_int_equal(conv.bias, i % 2 == 0);
    }
}

static void a_quoted_number_is_text(void **state)
{
    (void)state;
    struct conv conv;
    struct ls_node *map = map_of("out", "4");
    map->child->quoted = true;
    assert_int_equal(ls_options_parse(table, map, "conv", NULL, &arena, &conv), LS_USAGE);
    assert_string_equal(ls_message(), "job.yaml:12:9: conv: out takes a whole number of 1 or "
                                      "more, got \"4\" in quotes");
}

static void axes_take_a_word_a_number_or_one_per_axis(void **state)
{
    (void)state;
    struct conv conv = {0};
    assert_int_equal(ls_option_parse_text(&table[2], "same", "conv", &arena, &conv), LS_OK);
    assert_string_equal(conv.pad.word, "same");
    struct ls_node *list = ls_node_branch(&arena, LS_NODE_LIST, "pad");
    ls_node_put(list, ls_node_scalar(&arena, NULL, "1"));
    ls_node_put(list, ls_node_scalar(&arena, NULL, "2"));
    assert_int_equal(ls_option_parse(&table[2], list, "conv", &arena, &conv), LS_OK);
    assert_int_equal(conv.pad.len, 2);
    assert_int_equal(conv.pad.value[1], 2);
    ls_node_put(list, ls_node_scalar(&arena, NULL, "3"));
    assert_int_equal(ls_option_parse(&table[2], list, "conv", &arena, &conv), LS_USAGE);
}

static void the_message_points_at_the_element_of_a_list(void **state)
{
    (void)state;
    struct conv conv = {0};
    struct ls_node *list = placed(ls_node_branch(&arena, LS_NODE_LIST, "betas"), 3, 4);
    ls_node_put(list, placed(ls_node_scalar(&arena, NULL, "0.5"), 3, 5));
    ls_node_put(list, placed(ls_node_scalar(&arena, NULL, "two"), 3, 10));
    assert_int_equal(ls_option_parse(&table[5], list, "adam", &arena, &conv), LS_USAGE);
    assert_string_equal(
        ls_message(),
        "job.yaml:3:10: adam: betas takes a list of numbers from 0 to 1, got \"two\"");
}

static void unknown_and_missing_keys_are_placed_at_the_key(void **state)
{
    (void)state;
    refuses("kernal", "3",
            "job.yaml:12:3: conv: unknown key \"kernal\" (did you mean \"kernel\"?)");
    refuses("zzz", "3", "job.yaml:12:3: conv: unknown key \"zzz\"");
    struct conv conv;
    struct ls_node *map = map_of(NULL, NULL);
    assert_int_equal(ls_options_parse(table, map, "conv", NULL, &arena, &conv), LS_USAGE);
    assert_string_equal(ls_message(), "job.yaml:7:3: conv needs \"out\"");
    const char *const also[] = {"zzz", NULL};
    struct ls_node *other = map_of("zzz", "1");
    ls_node_put(other, ls_node_scalar(&arena, "out", "1"));
    assert_int_equal(ls_options_parse(table, other, "conv", also, &arena, &conv), LS_OK);
}

static void a_choice_is_a_kind_or_a_map_with_one_kind(void **state)
{
    (void)state;
    struct ls_choice choice;
    const char *const also[] = {"name", NULL};
    assert_int_equal(ls_choice_parse(ls_node_scalar(&arena, "loss", "mse"), "loss", NULL, &choice),
                     LS_OK);
    assert_string_equal(choice.kind, "mse");
    assert_null(choice.arguments);
    struct ls_node *map = map_of("name", "a");
    ls_node_put(map, ls_node_branch(&arena, LS_NODE_MAP, "focal"));
    assert_int_equal(ls_choice_parse(map, "loss", also, &choice), LS_OK);
    assert_string_equal(choice.kind, "focal");
    assert_ptr_equal(choice.arguments, map->child->next);
    assert_int_equal(ls_choice_parse(map, "loss", NULL, &choice), LS_USAGE);
    assert_int_equal(ls_choice_parse(map_of(NULL, NULL), "loss", NULL, &choice), LS_USAGE);
    assert_int_equal(ls_choice_parse(NULL, "loss", NULL, &choice), LS_USAGE);
}

static void help_has_a_line_for_each_row_in_columns(void **state)
{
    (void)state;
    char text[4096] = "";
    FILE *file = fmemopen(text, sizeof text, "w");
    assert_non_null(file);
    ls_options_help(table, 2, file);
    (void)fclose(file);
    size_t lines = 0;
    const char *first = strstr(text, "output channels"), *second = strstr(text, "size of the");
    assert_non_null(first);
    assert_non_null(second);
    const char *second_line = strchr(text, '\n') + 1;
    assert_int_equal(first - text, second - second_line);
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        lines++;
    assert_int_equal(lines, sizeof table / sizeof *table - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_fill_what_is_not_given),
        cmocka_unit_test(a_bare_value_stands_for_the_first_row),
        cmocka_unit_test(wrong_values_are_refused_with_their_place),
        cmocka_unit_test(numbers_and_bools_come_in_their_usual_spellings),
        cmocka_unit_test(a_quoted_number_is_text),
        cmocka_unit_test(axes_take_a_word_a_number_or_one_per_axis),
        cmocka_unit_test(the_message_points_at_the_element_of_a_list),
        cmocka_unit_test(unknown_and_missing_keys_are_placed_at_the_key),
        cmocka_unit_test(a_choice_is_a_kind_or_a_map_with_one_kind),
        cmocka_unit_test(help_has_a_line_for_each_row_in_columns),
    };
    return cmocka_run_group_tests(tests, open_arena, close_arena);
}
