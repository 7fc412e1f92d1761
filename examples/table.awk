# Results as a table of Markdown: a row for each method, mean and standard deviation over its seeds.
#   awk -v columns='accuracy recall:N,S' -f table.awk METHOD-SEED.json...
# The files hold one object each, of `eval --json` or of an epoch in metrics.jsonl. A column is a
# metric, or recall:CLASS,CLASS: the mean recall of these classes.

function number_after(pattern) {
    return match($0, pattern) ? substr($0, RSTART + RLENGTH) + 0 : "nan"
}

function figure(column,    class, n, i, sum) {
    if (column !~ /^recall:/)
        return number_after("\"" column "\": ")
    n = split(substr(column, 8), class, ",")
    for (i = 1; i <= n; i++)
        sum += number_after("\"" class[i] "\": [{]\"precision\": [^,]*, \"recall\": ")
    return sum / n
}

{
    method = FILENAME
    sub(/.*\//, "", method)
    sub(/-[0-9]+\.json$/, "", method)
    if (!(method in n))
        order[++methods] = method
    n[method]++
    for (c = split(columns, column, " "); c > 0; c--) {
        x = figure(column[c])
        sum[method, c] += x
        squares[method, c] += x * x
    }
}

END {
    n_columns = split(columns, column, " ")
    head = "| method |"
    line = "|---|"
    for (c = 1; c <= n_columns; c++) {
        title = column[c]
        gsub(/_/, " ", title)
        sub(/:/, " ", title)
        gsub(/,/, ", ", title)
        head = head " " title " |"
        line = line "---|"
    }
    print head
    print line
    for (m = 1; m <= methods; m++) {
        method = order[m]
        row = "| " method " |"
        for (c = 1; c <= n_columns; c++) {
            mean = sum[method, c] / n[method]
            variance = n[method] > 1 ? (squares[method, c] - n[method] * mean * mean) / (n[method] - 1) : 0
            row = row sprintf(" %.3f ± %.3f |", mean, variance > 0 ? sqrt(variance) : 0)
        }
        print row
    }
}
