#include <string.h>

#include "src/base/option.h"

enum { UNBOUNDED = 1000000000 }; /* a limit beyond this is no use to a reader */

static const char *const nouns[] = {
    [LS_BOOL] = "true or false",
    [LS_SIZE] = "a whole number",
    [LS_REAL] = "a number",
    [LS_STRING] = "text",
    [LS_AXES] = "a whole number",
    [LS_REALS] = "a list of numbers",
    [LS_SIZES] = "a list of whole numbers",
    [LS_NAMES] = "a name or a list of names",
    [LS_ENUM] = "one of ",
    [LS_NODE] = "a value",
};

static void append(char *text, const char *more)
{
    const size_t used = strlen(text);
    (void)snprintf(text + used, LS_OPTION_TEXT - used, "%s", more);
}

static void append_range(char *text, const struct ls_option *option)
{
    char range[64] = "";
    const bool low = option->min > -UNBOUNDED, high = option->max < UNBOUNDED;
    if (low && high)
        (void)snprintf(range, sizeof range, " from %.10g to %.10g", option->min, option->max);
    else if (low)
        (void)snprintf(range, sizeof range, " of %.6g or more", option->min);
    else if (high)
        (void)snprintf(range, sizeof range, " of %.6g or less", option->max);
    append(text, range);
}

const char *ls_option_takes(const struct ls_option *option, char *text)
{
    text[0] = '\0';
    append(text, nouns[option->type]);
    if (option->min != 0 || option->max != 0)
        append_range(text, option);
    if (option->type == LS_AXES)
        append(text, " (or a list, one per axis)");
    for (const char *const *word = option->words; word && *word; word++) {
        if (option->type != LS_ENUM)
            append(text, ", or ");
        else if (word != option->words)
            append(text, ", ");
        append(text, *word);
    }
    return text;
}

static const char *default_text(const struct ls_option *option)
{
    if (!option->fallback)
        return "required";
    return option->fallback[0] ? option->fallback : "-";
}

static int widest(int width, const char *text)
{
    const int len = (int)strlen(text);
    return len > width ? len : width;
}

void ls_options_help(const struct ls_option *table, int indent, FILE *file)
{
    int name = 0, takes = 0, fallback = 0;
    char text[LS_OPTION_TEXT];
    for (const struct ls_option *option = table; option->name; option++) {
        name = widest(name, option->name);
        takes = widest(takes, ls_option_takes(option, text));
        fallback = widest(fallback, default_text(option));
    }
    for (const struct ls_option *option = table; option->name; option++)
        (void)fprintf(file, "%*s%-*s  %-*s  %-*s  %s\n", indent, "", name, option->name, takes,
                      ls_option_takes(option, text), fallback, default_text(option),
                      option->help ? option->help : "");
}
