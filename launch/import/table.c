#include "launch/import/table.h"

#include <float.h>
#include <math.h>
#include <string.h>
#include <strings.h>

#include "launch/import/label_set.h"
#include "launch/import/records.h"
#include "src/base/number.h"

enum { HEADER_AUTO, HEADER_YES };
enum { TASK_AUTO, TASK_CLASS, TASK_VALUES };

static const char *const headers[] = {"auto", "yes", "no", NULL};
static const char *const tasks[] = {"auto", "class", "values", NULL};

#define FIELD(name) offsetof(struct ls_table_flags, name)
const struct ls_option ls_table_flags[] = {
    LS_IMPORT_FLAGS(struct ls_table_flags),
    {"label", LS_NAMES, FIELD(label), "", 0, 0, NULL,
     "columns of labels, by name or number from 1 [target, label, class or y, else the last]"},
    {"header", LS_ENUM, FIELD(header), "auto", 0, 0, headers,
     "whether the first line names columns [auto: when it has a field that is no number]"},
    {"task", LS_ENUM, FIELD(task), "auto", 0, 0, tasks,
     "what labels are [auto: values when a number has a fraction, or several columns]"},
    {"missing", LS_STRING, FIELD(missing), "", 0, 0, NULL,
     "number for fields that are empty, ?, NA or nan [they are an error]"},
    {0},
};

struct table {
    struct ls_records records;
    const struct ls_table_flags *flags;
    struct ls_arena *arena;
    bool has_header, fills, as_values;
    float fill;
    size_t n_columns, n_labels;
    const char **name; /* (n_columns) */
    size_t *label;     /* (n_labels) columns, in the order asked for */
    bool *is_label;    /* (n_columns) */
    struct ls_label_set labels;
};

static bool is_missing(const char *field)
{
    static const char *const words[] = {"", "?", "na", "n/a", "nan", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(field, words[i]) == 0)
            return true;
    return false;
}

static ls_status read_columns(struct table *table)
{
    bool got;
    LS_TRY(ls_records_next(&table->records, &got));
    if (!got)
        return ls_fail(LS_DATA, "%s: is empty", table->records.in.path);
    const size_t n = table->n_columns = table->records.n_fields;
    table->has_header = table->flags->header == HEADER_YES;
    table->name = ls_arena_get(table->arena, n, sizeof *table->name);
    table->is_label = ls_arena_get(table->arena, n, sizeof *table->is_label);
    if (!table->name || !table->is_label)
        return LS_OTHER;
    for (size_t i = 0; i < n; i++) {
        double number;
        const char *field = ls_records_field(&table->records, i);
        if (table->flags->header == HEADER_AUTO && !ls_number_real(field, &number) &&
            !is_missing(field))
            table->has_header = true;
    }
    for (size_t i = 0; i < n; i++) {
        table->name[i] = table->has_header
                             ? ls_arena_strdup(table->arena, ls_records_field(&table->records, i))
                             : ls_arena_printf(table->arena, "column %zu", i + 1);
        if (!table->name[i])
            return LS_OTHER;
    }
    return LS_OK;
}

static bool find_name(const struct table *table, const char *name, size_t *column)
{
    for (*column = 0; *column < table->n_columns; ++*column)
        if (strcmp(table->name[*column], name) == 0)
            return true;
    return false;
}

static ls_status find_column(const struct table *table, const char *name, size_t *column)
{
    if (find_name(table, name, column))
        return LS_OK;
    if (ls_number_size(name, column) && *column >= 1 && *column <= table->n_columns) {
        --*column;
        return LS_OK;
    }
    return ls_fail(LS_USAGE, "%s: there is no column \"%s\" among the %zu", table->records.in.path,
                   name, table->n_columns);
}

static ls_status choose_labels(struct table *table)
{
    static const char *const usual[] = {"target", "label", "class", "y"};
    const struct ls_names *given = &table->flags->label;
    table->n_labels = given->len ? given->len : 1;
    table->label = ls_arena_get(table->arena, table->n_labels, sizeof *table->label);
    if (!table->label)
        return LS_OTHER;
    bool found = given->len > 0;
    for (size_t i = 0; i < given->len; i++)
        LS_TRY(find_column(table, given->value[i], &table->label[i]));
    for (size_t i = 0; !found && i < sizeof usual / sizeof *usual; i++)
        found = find_name(table, usual[i], &table->label[0]);
    if (!found)
        table->label[0] = table->n_columns - 1;
    for (size_t i = 0; i < table->n_labels; i++) {
        if (table->is_label[table->label[i]])
            return ls_fail(LS_USAGE, "--label names \"%s\" twice", table->name[table->label[i]]);
        table->is_label[table->label[i]] = true;
    }
    if (table->n_labels == table->n_columns)
        return ls_fail(LS_DATA, "%s: has no columns beside the labels", table->records.in.path);
    return LS_OK;
}

static ls_status fail_field(const struct table *table, size_t column, const char *problem)
{
    return ls_fail(LS_DATA, "%s:%zu: %s: %s, got \"%.60s\"", table->records.in.path,
                   table->records.line, table->name[column], problem,
                   ls_records_field(&table->records, column));
}

static ls_status next_row(struct table *table, bool *got)
{
    struct ls_records *records = &table->records;
    LS_TRY(ls_records_next(records, got));
    if (*got && records->n_fields != table->n_columns)
        return ls_fail(LS_DATA, "%s:%zu: %zu fields, where the first line has %zu",
                       records->in.path, records->line, records->n_fields, table->n_columns);
    return LS_OK;
}

static ls_status restart(struct table *table)
{
    bool got;
    LS_TRY(ls_records_rewind(&table->records));
    return table->has_header ? next_row(table, &got) : LS_OK;
}

static ls_status take_label(struct table *table)
{
    double value;
    const char *field = ls_records_field(&table->records, table->label[0]);
    if (is_missing(field))
        return fail_field(table, table->label[0], "a label is missing");
    if (table->flags->task == TASK_AUTO && table->labels.all_whole &&
        ls_number_real(field, &value) && floor(value) != value)
        table->as_values = true;
    return table->as_values ? LS_OK : ls_label_set_add(&table->labels, field);
}

static ls_status survey(struct table *table, uint64_t *len)
{
    LS_TRY(restart(table));
    table->as_values = table->n_labels > 1 || table->flags->task == TASK_VALUES;
    if (table->n_labels > 1 && table->flags->task == TASK_CLASS)
        return ls_fail(LS_USAGE, "--task class takes one column of labels, got %zu",
                       table->n_labels);
    for (bool got = true; got;) {
        LS_TRY(next_row(table, &got));
        *len += got;
        if (got && !table->as_values)
            LS_TRY(take_label(table));
    }
    ls_label_set_finish(&table->labels);
    return restart(table);
}

static ls_status read_number(const struct table *table, size_t column, float *out)
{
    double value;
    const char *field = ls_records_field(&table->records, column);
    if (ls_number_real(field, &value) && fabs(value) <= (double)FLT_MAX) {
        *out = (float)value;
        return LS_OK;
    }
    if (!is_missing(field))
        return fail_field(table, column, "a number is expected");
    if (!table->fills || table->is_label[column])
        return fail_field(table, column, "a number is missing (--missing VALUE fills features)");
    *out = table->fill;
    return LS_OK;
}

static ls_status read_rows(void *context, size_t n, void *x, int32_t *classes, float *values)
{
    struct table *table = context;
    float *out = x;
    for (size_t i = 0; i < n; i++) {
        bool got;
        LS_TRY(next_row(table, &got));
        if (!got)
            return ls_fail(LS_DATA, "%s: has changed meanwhile", table->records.in.path);
        for (size_t column = 0; column < table->n_columns; column++)
            if (!table->is_label[column])
                LS_TRY(read_number(table, column, out++));
        for (size_t k = 0; values && k < table->n_labels; k++)
            LS_TRY(read_number(table, table->label[k], values++));
        if (classes)
            classes[i] = (int32_t)ls_label_set_find(
                &table->labels, ls_records_field(&table->records, table->label[0]));
    }
    return LS_OK;
}

static ls_status read_fill(struct table *table)
{
    double value;
    const char *text = table->flags->missing;
    if (!text[0])
        return LS_OK;
    if (!ls_number_real(text, &value))
        return ls_fail(LS_USAGE, "--missing takes a number, got \"%s\"", text);
    table->fills = true;
    table->fill = (float)value;
    return LS_OK;
}

static ls_status import_table(struct table *table, const char *path, char delimiter)
{
    struct ls_import import = {.context = table, .read = read_rows};
    struct ls_dataset_spec *spec = &import.spec;
    LS_TRY(ls_import_check_out(&table->flags->common));
    LS_TRY(read_fill(table));
    LS_TRY(ls_records_open(&table->records, path, delimiter));
    LS_TRY(read_columns(table));
    LS_TRY(choose_labels(table));
    LS_TRY(survey(table, &spec->len));
    spec->axes = 2;
    spec->dims[0] = table->n_columns - table->n_labels;
    spec->element = LS_F32;
    spec->has_labels = true;
    spec->labels_are_classes = !table->as_values;
    spec->label_len = table->n_labels;
    if (!table->as_values && !table->labels.as_they_are) {
        spec->n_class_names = table->labels.len;
        spec->class_names = table->labels.text;
    }
    return ls_import_write(&import, &table->flags->common);
}

ls_status ls_table_import(const struct ls_command_call *call, char delimiter)
{
    struct table *table = ls_arena_get(call->arena, 1, sizeof *table);
    if (!table)
        return LS_OTHER;
    table->flags = call->flags;
    table->arena = call->arena;
    ls_label_set_init(&table->labels, call->arena);
    const ls_status status = import_table(table, call->positional[0], delimiter);
    ls_records_close(&table->records);
    return status;
}
