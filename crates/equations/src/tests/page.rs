//! docs/nestml.md says what is refused, and with which words.

use super::lines;

/// A sound cell; each test puts one thing into it.
const CELL: &str = "model m:
    state:
        x real = 0
    parameters:
        tau ms = 2 ms
        n integer = 3
    equations:
        kernel k = exp(-t / tau)
        x' = -x / tau + convolve(k, p) / ms
    input:
        p <- spike
        I mV <- continuous
    output:
        spike
    update:
        integrate_odes()
    onReceive(p):
        x += p * s
    onCondition(x > 1):
        x = 0
        emit_spike()
    function f(a real) real:
        return a
";

/// What the page says of a text: the line that is replaced, what stands there instead, and a part of the message.
const REFUSED: [(&str, &str, &str); 12] = [
    ("x' = -x / tau ", "x' = -x(t - tau) / tau ", "delayed variables are not supported"),
    (
        "x real = 0\n",
        "x real = 0\n        y[n] real = 0\n",
        "the size of a vector is a number, or an internal that is one; it cannot change",
    ),
    ("exp(-t / tau)", "(t / tau)**2 * exp(-(t / tau)**2)", "follows no linear equation with constant coefficients"),
    (
        "        integrate_odes()",
        "        integrate_odes()\n        x = convolve(k, p)",
        "`convolve` has a value in equations and inlines only",
    ),
    ("        integrate_odes()", "        x = 1", "there are equations, but nothing solves them"),
    ("integrate_odes()", "integrate_odes(k)", "a kernel, which is always integrated"),
    (
        "x' = -x / tau ",
        "x' = -x / tau + random_normal(0, 1) / ms ",
        "draws in `update`, `onReceive` and `onCondition` only",
    ),
    ("x += p * s", "tau = 5 ms", "is a parameter and cannot be assigned"),
    ("return a", "return f(a)", "depend on each other"),
    ("return a", "while a > 0:\n            a = 0\n        return a", "`while` is not supported in a function"),
    ("x' = -x / tau ", "x' = -x / tau + I ", "is added to"),
    ("output:\n        spike", "output:\n        continuous", "but the model has no `output: spike`"),
];

/// Would catch a page that promises other words, or a refusal, than a user meets.
#[test]
fn the_page_tells_what_is_refused() {
    let page = include_str!("../../../../docs/nestml.md");
    assert!(lines(CELL).iter().all(|line| line.contains("warning: ")), "{:#?}", lines(CELL));
    for (place, line, told) in REFUSED {
        assert!(CELL.contains(place), "{place}");
        let found = lines(&CELL.replacen(place, line, 1));
        let faults: Vec<&String> = found.iter().filter(|own| !own.contains("warning: ")).collect();
        assert!(faults.iter().any(|own| own.contains(told)), "`{line}`: {found:#?}");
        assert!(page.contains(told), "docs/nestml.md does not say: {told}");
    }
}
