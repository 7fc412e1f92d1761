#include "launch/json.h"

#include <math.h>

void ls_json_number(FILE *file, const char *key, double value)
{
    if (isfinite(value))
        (void)fprintf(file, "\"%s\": %.9g", key, value);
    else
        (void)fprintf(file, "\"%s\": null", key);
}

void ls_json_string(FILE *file, const char *text)
{
    (void)fputc('"', file);
    for (; *text; text++) {
        const unsigned char byte = (unsigned char)*text;
        if (byte == '"' || byte == '\\')
            (void)fprintf(file, "\\%c", byte);
        else if (byte < ' ')
            (void)fprintf(file, "\\u%04x", byte);
        else
            (void)fputc(byte, file);
    }
    (void)fputc('"', file);
}
