#include "src/base/number.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool ls_number_real(const char *text, double *value)
{
    if (text[0] == '\0' || text[strspn(text, "+-.0123456789eE")] != '\0')
        return false;
    char *end;
    *value = strtod(text, &end);
    return *end == '\0' && end != text && isfinite(*value);
}

bool ls_number_size(const char *text, size_t *value)
{
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
        return false;
    errno = 0;
    const unsigned long long number = strtoull(text, NULL, 10);
    *value = (size_t)number;
    return errno == 0 && *value == number;
}
