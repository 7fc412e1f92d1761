/* JSON, written piece by piece: for what scripts read of a command's figures. */
#ifndef LOCKSTEP_LAUNCH_JSON_H
#define LOCKSTEP_LAUNCH_JSON_H

#include <stdbool.h>
#include <stdio.h>

struct ls_json {
    FILE *file;
    bool inside; /* something stands before the next member */
};

/** Begins an object ('{') or a list ('['). `key` is NULL for the whole and in lists.
 *  Collective: no. */
void ls_json_open(struct ls_json *json, const char *key, char bracket);

/** Ends it ('}', ']').  Collective: no. */
void ls_json_close(struct ls_json *json, char bracket);

/** null where the number is not finite, which JSON cannot say.  Collective: no. */
void ls_json_number(struct ls_json *json, const char *key, double value);

/** Collective: no. */
void ls_json_text(struct ls_json *json, const char *key, const char *text);

#endif
