/* Job files: YAML text to a tree of nodes and back, and KEY.SUB=VALUE from the command line into
 * such a tree. Rank 0 reads the file and broadcasts its bytes, so parsing starts from memory. The
 * text is not trusted: depth, number of values and keys of a map are bounded, and anchors and
 * aliases are refused. */
#ifndef LOCKSTEP_LAUNCH_YAML_H
#define LOCKSTEP_LAUNCH_YAML_H

#include "src/base/node.h"

/** One YAML document to a tree whose nodes carry their places; YAML's nulls become "".
 *  file  name for messages and places, copied
 *  Errors: LS_USAGE with line and column: not YAML, not UTF-8, empty, more than one document, a
 *  key given twice, deeper than 64, more than a million values.  Owner: arena.
 *  Collective: no. */
ls_status ls_yaml_parse(const char *text, size_t len, const char *file, struct ls_arena *arena,
                        struct ls_node **root);

/** A value of the command line: the same, but placed at "command line", and empty text is null.
 *  Errors: LS_USAGE.  Owner: arena.  Collective: no. */
ls_status ls_yaml_value(const char *text, struct ls_arena *arena, struct ls_node **value);

/** Puts "data.valid=0.2" into the tree. VALUE is YAML; a number in KEY picks an entry of a list,
 *  from 0; maps on the way are made where absent; a bare KIND becomes {KIND: {…}} when the key
 *  goes on into it (`optimizer: sgd` with optimizer.sgd.lr=0.1).
 *  Errors: LS_USAGE: no KEY=VALUE, VALUE not YAML, no such entry of a list, the key goes on
 *  behind a plain value.  Owner: arena.  Collective: no. */
ls_status ls_yaml_override(struct ls_node *root, const char *assignment, struct ls_arena *arena);

/** The tree as YAML text in block style; parsing it gives an equal tree, places aside.
 *  Errors: LS_OTHER: out of memory.  Owner: arena.  Collective: no. */
ls_status ls_yaml_emit(const struct ls_node *root, struct ls_arena *arena, const char **text);

#endif
