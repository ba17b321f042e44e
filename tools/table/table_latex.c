/* SPDX-License-Identifier: Apache-2.0 */
/* A LaTeX table without packages. */
#include "table_writer.h"

#include <string.h>

static void latex_text(table_writer *w, const char *text)
{
    static const char *const names[][2] = {
        {"\\", "\\textbackslash{}"}, {"~", "\\textasciitilde{}"}, {"^", "\\textasciicircum{}"},
        {"<", "\\textless{}"},       {">", "\\textgreater{}"},    {"|", "\\textbar{}"}};
    pnd_buffer escaped = {0};
    for (; *text != '\0'; text++) {
        const char *name = NULL;
        for (size_t i = 0; i < sizeof names / sizeof *names && name == NULL; i++)
            name = *text == names[i][0][0] ? names[i][1] : NULL;
        if (name != NULL)
            pnd_buffer_puts(&escaped, name);
        else
            pnd_buffer_printf(&escaped, "%s%c", strchr("&%$#_{}", *text) != NULL ? "\\" : "",
                              *text);
    }
    table_put_buffer(w, &escaped, false);
}

static void begin(table_writer *w, const char *caption)
{
    pnd_buffer_puts(w->out, "\\begin{table}\n\\centering\n\\caption{");
    /* The class prints "Table 1:" itself. */
    const char *const colon = strncmp(caption, "Table ", 6) == 0 ? strstr(caption, ": ") : NULL;
    latex_text(w, colon == NULL ? caption : colon + 2);
    pnd_buffer_printf(w->out, "}\n\\begin{tabular}{l%s", w->sheet->shows_protocol ? "l" : "");
    for (int c = 0; c < w->sheet->n_metrics; c++)
        pnd_buffer_puts(w->out, "r");
    pnd_buffer_puts(w->out, "}\n\\hline\n");
}

static void put_header(table_writer *w)
{
    pnd_buffer_printf(w->out, "Method%s", w->sheet->shows_protocol ? " & Protocol" : "");
    for (int c = 0; c < w->sheet->n_metrics; c++)
        pnd_buffer_printf(w->out, " & %s $\\%sarrow$", table_column_at(w, c)->latex,
                          table_column_at(w, c)->higher_is_better ? "up" : "down");
    pnd_buffer_puts(w->out, " \\\\\n\\hline\n");
}

static void put_row(table_writer *w, size_t row)
{
    latex_text(w, w->sheet->rows[row]->method);
    if (w->sheet->shows_protocol) {
        pnd_buffer_puts(w->out, " & ");
        latex_text(w, w->sheet->rows[row]->protocol);
    }
    for (int c = 0; c < w->sheet->n_metrics; c++) {
        const table_cell *const cell = table_cell_at(w, row, c);
        pnd_buffer_printf(w->out, cell->is_best ? " & \\textbf{%s}" : " & %s",
                          cell->text[0] != '\0' ? cell->text : "--");
    }
    pnd_buffer_puts(w->out, " \\\\\n");
}

static void body_end(table_writer *w)
{
    pnd_buffer_puts(w->out, "\\hline\n\\end{tabular}\n");
}

static void put_note(table_writer *w, const char *text)
{
    pnd_buffer_puts(w->out, "\\par{\\footnotesize ");
    latex_text(w, text);
    pnd_buffer_puts(w->out, "}\n");
}

static void end(table_writer *w)
{
    pnd_buffer_puts(w->out, "\\end{table}\n");
}

const table_ops table_latex_ops = {.begin = begin,
                                   .header = put_header,
                                   .row = put_row,
                                   .body_end = body_end,
                                   .note = put_note,
                                   .end = end};
