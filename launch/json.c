#include "launch/json.h"

#include <math.h>

static void put_text(FILE *file, const char *text)
{
    (void)fputc('"', file);
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c < ' ')
            (void)fprintf(file, "\\u%04x", c);
        else if (c == '"' || c == '\\')
            (void)fprintf(file, "\\%c", c);
        else
            (void)fputc(c, file);
    }
    (void)fputc('"', file);
}

static void begin(struct ls_json *json, const char *key)
{
    if (json->inside)
        (void)fputs(", ", json->file);
    json->inside = true;
    if (!key)
        return;
    put_text(json->file, key);
    (void)fputs(": ", json->file);
}

void ls_json_open(struct ls_json *json, const char *key, char bracket)
{
    begin(json, key);
    (void)fputc(bracket, json->file);
    json->inside = false;
}

void ls_json_close(struct ls_json *json, char bracket)
{
    (void)fputc(bracket, json->file);
    json->inside = true;
}

void ls_json_number(struct ls_json *json, const char *key, double value)
{
    begin(json, key);
    if (isfinite(value))
        (void)fprintf(json->file, "%.9g", value);
    else
        (void)fputs("null", json->file);
}

void ls_json_text(struct ls_json *json, const char *key, const char *text)
{
    begin(json, key);
    put_text(json->file, text);
}
