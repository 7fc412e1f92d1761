/* What an evaluation found, as tables for a person. */
#ifndef LOCKSTEP_LAUNCH_REPORT_H
#define LOCKSTEP_LAUNCH_REPORT_H

#include "launch/session.h"

/** Loss, all metrics that apply, precision, recall and F1 of each class, and the confusion
 *  matrix where it is small enough to read.  Collective: no. */
void ls_report(FILE *file, const struct ls_session *session, enum ls_metric_kind kind,
               const struct ls_evaluation *evaluation);

#endif
