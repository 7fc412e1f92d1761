#include "src/base/status.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local char message[LS_MESSAGE_LEN];
static _Thread_local char trace[LS_MESSAGE_LEN];

ls_status ls_fail(ls_status status, const char *format, ...)
{
    char text[LS_MESSAGE_LEN];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    memcpy(message, text, sizeof message);
    trace[0] = '\0';
    return status;
}

ls_status ls_within(ls_status status, const char *format, ...)
{
    if (status == LS_OK)
        return status;
    char text[LS_MESSAGE_LEN];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    const size_t used = strlen(text);
    if (strncmp(message, text, used) == 0 && message[used] == ':')
        return status;
    static const char cut[] = "...";
    if (snprintf(text + used, sizeof text - used, ": %s", message) >= (int)(sizeof text - used))
        memcpy(text + sizeof text - sizeof cut, cut, sizeof cut);
    memcpy(message, text, sizeof message);
    return status;
}

const char *ls_message(void)
{
    return message;
}

const char *ls_trace(void)
{
    return trace;
}

void ls_trace_add(const char *file, int line)
{
    const size_t used = strlen(trace);
    (void)snprintf(trace + used, sizeof trace - used, "%s%s:%d", used ? " < " : "", file, line);
}

_Noreturn void ls_assert_failed(const char *condition, const char *file, int line)
{
    (void)fprintf(stderr, "lockstep: bug: %s does not hold at %s:%d\n", condition, file, line);
    abort();
}
