/* Records of a table in text: fields between delimiters, quotes around fields that hold them
 * ("" inside is a quote), lines ended by LF or CRLF. A byte order mark, blank lines and blanks
 * around fields without quotes are skipped. */
#ifndef LOCKSTEP_LAUNCH_IMPORT_RECORDS_H
#define LOCKSTEP_LAUNCH_IMPORT_RECORDS_H

#include <stdbool.h>

#include "launch/import/gzin.h"

enum { LS_RECORDS_BUFFER = 1 << 16 };

struct ls_records {
    struct ls_gzin in;
    char delimiter;
    size_t line; /* of the record at hand, from 1 */
    size_t n_fields;
    size_t *field; /* where each starts in text */
    char *text;    /* fields, each ended by a zero byte; at most 64 MiB */
    /* within the reader */
    size_t field_capacity, text_capacity, text_len, next_line;
    size_t at, filled;
    char buffer[LS_RECORDS_BUFFER];
};

/** Opens a zeroed struct.  Errors: LS_DATA.  Owner: caller, ls_records_close.  Collective: no. */
ls_status ls_records_open(struct ls_records *records, const char *path, char delimiter);

/** The next record; *got is false at the end.
 *  Errors: LS_DATA with file and line: a quote that is not closed or is followed by text, a zero
 *  byte, a record above 64 MiB.  Collective: no. */
ls_status ls_records_next(struct ls_records *records, bool *got);

/** Back to the first record.  Errors: LS_DATA.  Collective: no. */
ls_status ls_records_rewind(struct ls_records *records);

/** Field i of the record at hand, valid until the next.  Collective: no. */
const char *ls_records_field(const struct ls_records *records, size_t i);

/** Takes a zeroed struct.  Collective: no. */
void ls_records_close(struct ls_records *records);

#endif
