#include "launch/import/records.h"

#include <string.h>

#include "src/base/arena.h"

enum { END = -1, FAILED = -2, MAX_TEXT = 1 << 26 };

static ls_status fail(const struct ls_records *records, const char *problem)
{
    return ls_fail(LS_DATA, "%s:%zu: %s", records->in.path, records->line, problem);
}

/* The next byte without taking it. */
static int peek(struct ls_records *records)
{
    if (records->at == records->filled) {
        records->at = 0;
        if (ls_gzin_read_some(&records->in, records->buffer, sizeof records->buffer,
                              &records->filled) != LS_OK) {
            records->filled = 0;
            return FAILED;
        }
        if (records->filled == 0)
            return END;
    }
    return (unsigned char)records->buffer[records->at];
}

static ls_status put(struct ls_records *records, char byte)
{
    if (records->text_len == records->text_capacity) {
        const size_t capacity = 2 * records->text_capacity + 4096;
        if (capacity > MAX_TEXT)
            return fail(records, "a record of more than 64 MiB");
        char *grown = ls_realloc(records->text, records->text_len, capacity, 1);
        if (!grown)
            return LS_OTHER;
        records->text = grown;
        records->text_capacity = capacity;
    }
    records->text[records->text_len++] = byte;
    return LS_OK;
}

static ls_status start_field(struct ls_records *records)
{
    if (records->n_fields == records->field_capacity) {
        const size_t capacity = 2 * records->field_capacity + 64;
        size_t *grown =
            ls_realloc(records->field, records->n_fields, capacity, sizeof *records->field);
        if (!grown)
            return LS_OTHER;
        records->field = grown;
        records->field_capacity = capacity;
    }
    records->field[records->n_fields++] = records->text_len;
    return LS_OK;
}

static bool ends_field(const struct ls_records *records, int byte)
{
    return byte < 0 || byte == '\n' || byte == records->delimiter;
}

/* Behind the opening quote, up to and with the closing one. */
static ls_status read_quoted(struct ls_records *records)
{
    for (;;) {
        const int byte = peek(records);
        if (byte == FAILED)
            return LS_DATA;
        if (byte == END)
            return fail(records, "a quote is not closed");
        records->at++;
        records->next_line += byte == '\n';
        if (byte == '"') {
            if (peek(records) != '"')
                break;
            records->at++;
        }
        LS_TRY(put(records, (char)byte));
    }
    while (peek(records) == ' ' || peek(records) == '\r')
        records->at++;
    return ends_field(records, peek(records)) ? LS_OK : fail(records, "text behind a quoted field");
}

static ls_status read_plain(struct ls_records *records)
{
    const size_t start = records->text_len;
    for (int byte; !ends_field(records, byte = peek(records)); records->at++) {
        if (byte == '\0')
            return fail(records, "a zero byte; is this a text file?");
        LS_TRY(put(records, (char)byte));
    }
    while (records->text_len > start && strchr(" \r", records->text[records->text_len - 1]))
        records->text_len--;
    return LS_OK;
}

static ls_status read_record(struct ls_records *records)
{
    records->n_fields = records->text_len = 0;
    records->line = records->next_line;
    for (bool more = true; more;) {
        LS_TRY(start_field(records));
        while (peek(records) == ' ')
            records->at++;
        if (peek(records) == '"') {
            records->at++;
            LS_TRY(read_quoted(records));
        } else {
            LS_TRY(read_plain(records));
        }
        LS_TRY(put(records, '\0'));
        const int byte = peek(records);
        if (byte == FAILED)
            return LS_DATA;
        more = byte == (unsigned char)records->delimiter;
        records->at += byte != END;
        records->next_line += byte == '\n';
    }
    return LS_OK;
}

ls_status ls_records_next(struct ls_records *records, bool *got)
{
    *got = false;
    while (peek(records) != END) {
        if (peek(records) == FAILED)
            return LS_DATA;
        LS_TRY(read_record(records));
        *got = records->n_fields > 1 || records->text[0] != '\0';
        if (*got)
            break;
    }
    return LS_OK;
}

static ls_status skip_mark(struct ls_records *records)
{
    const int byte = peek(records);
    if (byte == FAILED)
        return LS_DATA;
    if (byte == 0xef && records->filled >= 3 && memcmp(records->buffer, "\xef\xbb\xbf", 3) == 0)
        records->at = 3;
    return LS_OK;
}

ls_status ls_records_open(struct ls_records *records, const char *path, char delimiter)
{
    records->delimiter = delimiter;
    records->next_line = 1;
    LS_TRY(ls_gzin_open(&records->in, path));
    return skip_mark(records);
}

ls_status ls_records_rewind(struct ls_records *records)
{
    records->at = records->filled = 0;
    records->next_line = 1;
    LS_TRY(ls_gzin_rewind(&records->in));
    return skip_mark(records);
}

const char *ls_records_field(const struct ls_records *records, size_t i)
{
    return records->text + records->field[i];
}

void ls_records_close(struct ls_records *records)
{
    ls_gzin_close(&records->in);
    ls_free(records->field);
    ls_free(records->text);
    records->field = NULL;
    records->text = NULL;
}
