# Average precision by epoch, of RUN.epochs files of the ratio example: a table of Markdown, or with
# -v svg=1 a picture with a panel for each share of positives. Mean and standard deviation over seeds.
#   awk [-v svg=1] -f examples/ratio/curves.awk examples/ratio/methods build/examples/ratio/*.epochs

function series_of(path) {
    sub(/.*\//, "", path)
    sub(/-[0-9]+\.epochs$/, "", path)
    return path
}

function mean(series, e) {
    return sum[series, e] / n[series, e]
}

function deviation(series, e,    m, variance) {
    m = mean(series, e)
    variance = n[series, e] > 1 ? (squares[series, e] - n[series, e] * m * m) / (n[series, e] - 1) : 0
    return variance > 0 ? sqrt(variance) : 0
}

function table(    s, e) {
    print "| positives, method | epoch 1 | 2 | 5 | 10 |\n|---|---|---|---|---|"
    for (s = 1; s <= n_series; s++) {
        printf "| %s |", series[s]
        for (e = 1; e <= 10; e += e == 2 ? 3 : e == 5 ? 5 : 1)
            if (e == 1 || e == 2 || e == 5 || e == 10)
                printf " %.3f ± %.3f |", mean(series[s], e), deviation(series[s], e)
        print ""
    }
}

function x_of(panel, e) {
    return left + panel * (width + gap) + (e - 1) / (epochs - 1) * width
}

function y_of(precision) {
    return top + (1 - precision) * height
}

function axes(panel, title,    e, y) {
    printf "<text x='%d' y='%d' class='title'>%s positives</text>\n", x_of(panel, 1), top - 10, title
    for (y = 0; y <= 10; y += 2) {
        printf "<line x1='%d' x2='%d' y1='%d' y2='%d' class='grid'/>\n", x_of(panel, 1),
            x_of(panel, epochs), y_of(y / 10), y_of(y / 10)
        if (panel == 0)
            printf "<text x='%d' y='%d' class='end'>%.1f</text>\n", left - 6, y_of(y / 10) + 4, y / 10
    }
    for (e = 1; e <= epochs; e++)
        if (e == 1 || e % 2 == 0)
            printf "<text x='%d' y='%d' class='middle'>%d</text>\n", x_of(panel, e), top + height + 16, e
    printf "<text x='%d' y='%d' class='middle'>epoch</text>\n", (x_of(panel, 1) + x_of(panel, epochs)) / 2,
        top + height + 34
}

function curve(panel, series, color,    e, points) {
    for (e = 1; e <= epochs; e++)
        points = points sprintf("%.0f,%.1f ", x_of(panel, e), y_of(mean(series, e) + deviation(series, e)))
    for (e = epochs; e >= 1; e--)
        points = points sprintf("%.0f,%.1f ", x_of(panel, e), y_of(mean(series, e) - deviation(series, e)))
    printf "<polygon points='%s' fill='%s' opacity='0.15'/>\n", points, color
    points = ""
    for (e = 1; e <= epochs; e++)
        points = points sprintf("%.0f,%.1f ", x_of(panel, e), y_of(mean(series, e)))
    printf "<polyline points='%s' fill='none' stroke='%s' stroke-width='2'/>\n", points, color
}

function legend(i, name, color,    x) {
    x = left + i * 150
    printf "<line x1='%d' x2='%d' y1='16' y2='16' stroke='%s' stroke-width='3'/>\n", x, x + 24, color
    printf "<text x='%d' y='20'>%s</text>\n", x + 30, name
}

function picture(    s, part, panel, name, panels, names, of_panel, color, colors) {
    left = 60; top = 66; width = 250; height = 260; gap = 30
    split("#000000 #0072b2 #56b4e9 #e69f00 #d55e00 #009e73", colors, " ")
    printf "<svg xmlns='http://www.w3.org/2000/svg' width='%d' height='%d'>\n", left + 3 * width + 2 * gap + 20,
        top + height + 44
    print "<style>text { font: 12px sans-serif; fill: #333 } .title { font-weight: bold }"
    print ".end { text-anchor: end } .middle { text-anchor: middle } .grid { stroke: #ddd }</style>"
    print "<rect width='100%' height='100%' fill='white'/>"
    printf "<text transform='translate(16,%d) rotate(-90)' class='middle'>average precision on the test set</text>\n",
        top + height / 2
    for (s = 1; s <= n_series; s++) {
        split(series[s], part, " ")
        name = substr(series[s], length(part[1]) + 2)
        if (!(part[1] in of_panel)) {
            of_panel[part[1]] = panels++
            axes(of_panel[part[1]], part[1])
        }
        if (!(name in color)) {
            color[name] = colors[++names]
            legend(names - 1, name, color[name])
        }
        curve(of_panel[part[1]], series[s], color[name])
    }
    print "</svg>"
}

FILENAME !~ /\.epochs$/ {
    if ($0 !~ /^#/ && match($0, /^[^:]+: [^=]+=/))
        listed[++n_listed] = substr($0, 1, index($0, ": ") - 1)
    next
}

FNR == 1 {
    current = series_of(FILENAME)
}

match($0, /"average_precision": [0-9.e-]+/) {
    precision = substr($0, RSTART + 21, RLENGTH - 21) + 0
    match($0, /"epoch": [0-9]+/)
    e = substr($0, RSTART + 9, RLENGTH - 9) + 0
    epochs = e > epochs ? e : epochs
    n[current, e]++
    sum[current, e] += precision
    squares[current, e] += precision * precision
}

END {
    for (i = 1; i <= n_listed; i++)
        if ((listed[i], 1) in n)
            series[++n_series] = listed[i]
    if (svg)
        picture()
    else
        table()
}
