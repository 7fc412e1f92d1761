/* Tables of options: one row describes a key of the job file or a flag of a command. The same
 * table parses, checks, gives the default and writes the help, so they cannot disagree. */
#ifndef LOCKSTEP_BASE_OPTION_H
#define LOCKSTEP_BASE_OPTION_H

#include "src/base/node.h"

enum ls_option_type {
    LS_BOOL,   /* bool                   true or false */
    LS_SIZE,   /* size_t                 a whole number */
    LS_REAL,   /* double */
    LS_STRING, /* const char * */
    LS_AXES,   /* struct ls_axes         a number, or a list of one per axis */
    LS_REALS,  /* struct ls_reals        a list of numbers */
    LS_SIZES,  /* struct ls_sizes        a list of whole numbers */
    LS_NAMES,  /* struct ls_names        a list of names, or one name */
    LS_ENUM,   /* int                    index into `words` */
    LS_NODE    /* const struct ls_node * the value as it stands, parsed by whoever asked for it */
};

enum { LS_MAX_AXES = 2 };

struct ls_axes {
    size_t len; /* 0: not given, 1: the same for all axes */
    size_t value[LS_MAX_AXES];
    const char *word; /* e.g. "same", from `words`; NULL when numbers were given */
};

struct ls_reals {
    size_t len;
    double *value;
};

struct ls_sizes {
    size_t len;
    size_t *value;
};

struct ls_names {
    size_t len;
    const char **value;
};

struct ls_option {
    const char *name; /* NULL ends the table */
    enum ls_option_type type;
    size_t offset;            /* of the field in the struct that is filled */
    const char *fallback;     /* default as text, lists with commas; "": nothing (0, false, the
                                 empty string or list, no node); NULL: required */
    double min, max;          /* inclusive; both 0: any. LS_SIZE, LS_REAL and their lists */
    const char *const *words; /* LS_ENUM: the choices; LS_AXES: words allowed; else NULL */
    const char *help;         /* one line; in brackets what the default means when not plain */
};

/** Fills the struct at `out` from `node`: a map of the table's keys, or, when the table is not
 *  empty, a bare scalar or list that stands for the first row's value (`dense: 10`), or NULL for
 *  all defaults. `what` names the owner in messages ("conv"). Keys listed in `also` (NULL or
 *  NULL-terminated) are left to the caller. Strings and lists live in `arena`.
 *  Errors: LS_USAGE with file, line and column: unknown key (with the nearest), wrong type, out
 *  of range, missing, given twice.  Collective: no. */
ls_status ls_options_parse(const struct ls_option *table, const struct ls_node *node,
                           const char *what, const char *const *also, struct ls_arena *arena,
                           void *out);

/** One value, as ls_options_parse would read the row `option` from `node`.  Collective: no. */
ls_status ls_option_parse(const struct ls_option *option, const struct ls_node *node,
                          const char *what, struct ls_arena *arena, void *out);

/** The same from text: a default, or a flag's value on the command line. Lists are separated by
 *  commas, brackets around them are allowed.  Collective: no. */
ls_status ls_option_parse_text(const struct ls_option *option, const char *text, const char *what,
                               struct ls_arena *arena, void *out);

enum { LS_OPTION_TEXT = 256 };

/** Writes what the option takes, "a whole number from 1 to 4096", into text (LS_OPTION_TEXT) and
 *  returns it.  Collective: no. */
const char *ls_option_takes(const struct ls_option *option, char *text);

/** Writes the table for a person to `file`, one row a line, indented by `indent`.
 *  Collective: no. */
void ls_options_help(const struct ls_option *table, int indent, FILE *file);

/* A member of a family chosen in a job file: `cross_entropy`, or `{focal: {gamma: 2}}`. */
struct ls_choice {
    const char *kind;
    const struct ls_node *arguments; /* NULL when none were given */
    const struct ls_node *node;      /* the place, for messages */
};

/** Reads KIND or {KIND: arguments}; keys listed in `also` may stand beside KIND in the map.
 *  Errors: LS_USAGE when it is neither.  Collective: no. */
ls_status ls_choice_parse(const struct ls_node *node, const char *what, const char *const *also,
                          struct ls_choice *choice);

#endif
