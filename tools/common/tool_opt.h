/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file tool_opt.h
 * One constant table per program drives parsing, --help, usage errors, the man page, docs/cli and
 * the shell completions.
 *
 *     typedef struct depth_args { const char *root; double cap_m; int32_t format; } depth_args;
 *     static const depth_args defaults = {.cap_m = NAN};
 *     static const char *const formats[] = {"png16", "npy", "pfm", NULL};
 *     static const tool_opt options[] = {
 *         {TOOL_GROUP, .name = "Input"},
 *         {TOOL_STRING, 'r', "root", TOOL_FIELD(depth_args, root), "DIR", "Cityscapes folder",
 *          .env = "CITYSCAPES_DATASET"},
 *         {TOOL_GROUP, .name = "Output"},
 *         {TOOL_CHOICE, 0, "format", TOOL_FIELD(depth_args, format), "NAME", "file format",
 *          .choices = formats},
 *         {TOOL_DOUBLE, 0, "cap", TOOL_FIELD(depth_args, cap_m), "M", "largest depth kept",
 *          .low = 0.1, .high = 1000},
 *         {TOOL_END},
 *     };
 *
 * The table names members of the program's own argument struct, so it is constant and the program
 * has no globals. Defaults come from `defaults` and are shown in the help (unless NaN, NULL or
 * empty). GNU syntax: --opt=value, --opt value, -o value, -ovalue, -qv, and `--` ends options.
 * A lone `-` is an operand.
 */
#ifndef TOOL_OPT_H
#define TOOL_OPT_H

#include <panodepth/base.h>

struct tool;

/** What an option's value is, and the type of the struct member that takes it. */
typedef enum tool_opt_type {
    TOOL_END,      /**< ends the table */
    TOOL_GROUP,    /**< a heading: .name = "Input" */
    TOOL_FLAG,     /**< bool, set to true */
    TOOL_STRING,   /**< const char *, borrowed from argv or the environment */
    TOOL_INT,      /**< int32_t or int64_t within [low, high] */
    TOOL_DOUBLE,   /**< double within [low, high] */
    TOOL_CHOICE,   /**< an int or enum: the index into `choices` */
    TOOL_LIST,     /**< tool_list: repeatable, comma separated; checked against `choices` if set */
    TOOL_REPEAT,   /**< tool_list: repeatable, not split at commas */
    TOOL_INT_LIST, /**< tool_int_list: repeatable, comma separated, each within [low, high] */
    TOOL_DOUBLE_LIST, /**< tool_double_list: likewise */
    TOOL_SIZE         /**< tool_size: WIDTHxHEIGHT, sides within [1, PND_MAX_SIDE] */
} tool_opt_type;

typedef struct tool_list {
    const char *const *items;
    size_t n;
} tool_list;

typedef struct tool_int_list {
    const int64_t *items;
    size_t n;
} tool_int_list;

typedef struct tool_double_list {
    const double *items;
    size_t n;
} tool_double_list;

typedef struct tool_size {
    int32_t width, height;
} tool_size;

enum {
    TOOL_REQUIRED = 1 << 0, /**< a usage error when neither given nor set in the environment */
    TOOL_HIDDEN = 1 << 1,   /**< parsed, and in no help text */
    TOOL_IS_FILE = 1 << 2,  /**< completed with file names even if `argument` is not FILE or PATH */
    TOOL_IS_DIR = 1 << 3,   /**< completed with folders even if `argument` is not DIR */
    TOOL_NO_DEFAULT = 1 << 4 /**< the default is a sentinel: not shown */
};

/** Where a value goes: the offset and the size of a member of the argument struct. */
#define TOOL_FIELD(type, member) offsetof(type, member), sizeof(((type *)0)->member)

typedef struct tool_opt {
    tool_opt_type type;
    char letter;                /**< short form, or 0 */
    const char *name;           /**< long form without "--" */
    size_t offset, size;        /**< TOOL_FIELD() */
    const char *argument;       /**< what the value is, in capitals: "DIR", "FILE", "N", "PIXELS" */
    const char *help;           /**< lower case, no full stop, no default: it is added */
    double low, high;           /**< both ends are allowed; low = high = 0: no limits */
    const char *const *choices; /**< NULL-terminated */
    const char *env;            /**< environment variable that replaces the default */
    unsigned flags;             /**< TOOL_REQUIRED, ... */
} tool_opt;

/** One thing a program does: the program itself, or one sub-command of it. */
typedef struct tool_command {
    const char *name;     /**< "panoptic" of pnd-eval panoptic; NULL when there is only one */
    const char *summary;  /**< one line without a full stop */
    const char *synopsis; /**< what follows the name, one usage per line ("--root DIR --out DIR") */
    const char *description; /**< paragraphs separated by an empty line; wrapped for you */
    const tool_opt *options;
    const void *defaults; /**< the argument struct before parsing */
    size_t args_size;
    const char *operand; /**< name of the operands ("RESULTS.json"), or NULL: none are taken */
    const char *operand_help;
    int32_t min_operands, max_operands; /**< max 0: no upper limit */
    bool has_skip_bad;                  /**< adds --skip-bad */
    const char *examples;               /**< lines: "# what it shows" and commands, as typed */
    /** The work. Returns an exit code (tool_log.h). */
    int (*run)(struct tool *tool, const void *args);
} tool_command;

typedef struct tool_program {
    const char *name;        /**< "pnd-eval" */
    const char *summary;     /**< one line, for the man page's NAME; as the command's if NULL */
    const char *description; /**< of a program with sub-commands */
    const tool_command *commands;
    size_t n_commands;
    const char *see_also; /**< "pnd-eval, pnd-table": other man pages, or NULL */
} tool_program;

/** What every program takes. */
typedef struct tool_common {
    bool help, version, quiet, verbose, json, force, skip_bad;
    int32_t threads;    /**< 0: one per core */
    int32_t max_errors; /**< problems listed in full */
    const char *generate;
} tool_common;

/** The outcome of parsing. Release with tool_parsed_clear(). */
typedef struct tool_parsed {
    tool_common common;
    const char **operands;
    int32_t n_operands;
    bool *given;   /**< private: by position in the command's table, then the common table */
    void **blocks; /**< private: what the lists own */
    size_t n_blocks;
} tool_parsed;

/**
 * Parse argv[1..argc-1] into `args` (command->args_size bytes, overwritten with the defaults
 * first). With --help, --version or --generate nothing else is required.
 * @retval PND_EINVAL  a usage error; the hint suggests a remedy
 * @retval PND_ENOMEM
 */
PND_NODISCARD pnd_status tool_opt_parse(tool_parsed *out, void *args, const tool_command *command,
                                        int argc, char *const *argv, pnd_error *err);
void tool_parsed_clear(tool_parsed *parsed);

/** True when the option `name` stood on the command line (the environment does not count). */
bool tool_opt_given(const tool_parsed *parsed, const tool_command *command, const char *name);

/** The options every program has, ended by TOOL_END; members of tool_common. */
const tool_opt *tool_common_options(void);

/** Their values when nothing is given. */
const tool_common *tool_common_defaults(void);

/** The nearest of some names for a mistyped one, or NULL when none is near. */
const char *tool_nearest(const char *text, const char *const *names, size_t n);

#endif
