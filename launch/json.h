/* Pieces of JSON, for records that programs read. */
#ifndef LOCKSTEP_LAUNCH_JSON_H
#define LOCKSTEP_LAUNCH_JSON_H

#include <stdio.h>

/** `"key": value`, null where the value is not finite: JSON has no NaN.  Collective: no. */
void ls_json_number(FILE *file, const char *key, double value);

/** The text in quotes.  Collective: no. */
void ls_json_string(FILE *file, const char *text);

#endif
