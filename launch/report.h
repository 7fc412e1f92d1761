/* What an evaluation found: as tables for a person, and as JSON for programs. */
#ifndef LOCKSTEP_LAUNCH_REPORT_H
#define LOCKSTEP_LAUNCH_REPORT_H

#include "launch/json.h"
#include "launch/session.h"

/* classes of a confusion matrix that is small enough to read */
enum { LS_REPORT_MATRIX = 20 };

/* The evaluation of a session's model, and the metrics that are wanted of it. */
struct ls_report {
    const struct ls_session *session;
    enum ls_metric_kind kind;
    const struct ls_evaluation *evaluation;
    const struct ls_metric_ops *const *metrics; /* NULL-terminated; those that do not apply, or
                                                   were not measured, are passed over */
};

/** Loss, metrics, the figures of each class, and the confusion matrix of up to LS_REPORT_MATRIX
 *  classes; a warning first where outputs are no numbers.  Collective: no. */
void ls_report_print(const struct ls_report *report, FILE *file);

/** The warning alone, one line, into text; false where there is nothing to warn of.
 *  Collective: no. */
bool ls_report_warning(const struct ls_evaluation *evaluation, size_t bytes, char *text);

/** Loss and metrics, as members of an object that is open.  Collective: no. */
void ls_report_json_metrics(const struct ls_report *report, struct ls_json *json);

/** "classes": {NAME: {...}} and "confusion": [[...]], likewise: nothing where targets are values.
 *  A class without a name, or with that of another, is called by its number.
 *  Collective: no. */
void ls_report_json_classes(const struct ls_report *report, struct ls_json *json);

#endif
