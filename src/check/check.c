#include "src/check/check.h"

#include <stdarg.h>
#include <string.h>

enum { MAX_TOLD = 3 };

#define LS_CHECK(name) extern const struct ls_check_ops ls_check_##name;
#include "src/check/checks.def"
#undef LS_CHECK

#define LS_CHECK(name) &ls_check_##name,
const struct ls_check_ops *const ls_checks[] = {
#include "src/check/checks.def"
    NULL};
#undef LS_CHECK

void ls_found(struct ls_findings *findings, const struct ls_node *node, const char *format, ...)
{
    char text[LS_MESSAGE_LEN] = "";
    if (findings->of_check++ >= MAX_TOLD)
        return;
    if (node && node->line > 0)
        (void)snprintf(text, sizeof text, "%s:%d: ", node->file, node->line);
    size_t used = strlen(text);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text + used, sizeof text - used, format, args);
    va_end(args);
    used = strlen(text);
    (void)snprintf(text + used, sizeof text - used, "; %s", findings->check->remedy);
    findings->tell(findings->context, findings->check->name, text);
}

void ls_check_run(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    char text[LS_MESSAGE_LEN];
    for (const struct ls_check_ops *const *check = ls_checks; *check; check++) {
        findings->check = *check;
        findings->of_check = 0;
        (*check)->run(facts, findings);
        if (findings->of_check <= MAX_TOLD)
            continue;
        (void)snprintf(text, sizeof text, "and %zu more like these", findings->of_check - MAX_TOLD);
        findings->tell(findings->context, (*check)->name, text);
    }
}
