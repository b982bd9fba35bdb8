"use strict";
// The page of `neuropil view`: what a recording or a file of training runs holds, zoomed to single spikes. Nothing is fetched, but by
// a page that follows its file: it asks the program that showed it for what is new.

// Okabe and Ito's colours, which colour-blind readers tell apart.
// In the order of the pictures of `neuropil plot`.
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#333333", "#e69f00", "#56b4e9", "#8c564b", "#7b61b5"];
const colour = (place) => COLOURS[place % COLOURS.length];
// What is shown, and the document that its arrays are in.
let held = JSON.parse(document.getElementById("held").textContent), source = document;
// Ends what the window listens to, before all is made anew of what a file holds by now.
let listening = new AbortController();
// Its name as a word of a shell.
const file = /^[\w./-]+$/.test(held.file) ? held.file : `'${held.file.replaceAll("'", "'\\''")}'`;
const get = (id) => document.getElementById(id);

// An array of the page: base64 of little-endian numbers.
function numbers(name, kind) {
  const own = source.getElementById(name);
  const text = atob(own.textContent);
  own.remove();
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return new kind(bytes.buffer);
}

// The first place of an ascending list whose value is above `value`.
function after(list, value) {
  let low = 0, high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle] <= value) low = middle + 1; else high = middle;
  }
  return low;
}

function element(name, attributes = {}, text = "") {
  const own = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) own.setAttribute(key, value);
  own.textContent = text;
  return own;
}

function swatch(place, text) {
  const own = element("label");
  const box = element("span", { class: "swatch" });
  box.style.background = colour(place);
  own.append(box, text);
  return own;
}

const short = (value) => (Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 1e-3) ? value.toExponential(3) : String(+value.toFixed(4)));

// ---------------------------------------------------------------------------------------------------------------- recordings

const view = { from: 0, to: null, cursor: null, cell: null, hidden: new Set(), turn: 0.5, tilt: 0.35, colours: null, field: null, axis: 1, depth: 0.5 };
const drawn = [];
let asked = false;

// Draws everything; charts follow once the script rests.
function draw_now() {
  for (const draw of drawn) draw();
  const [from, to] = [view.from, view.to].map((time) => +time.toFixed(3));
  get("command").textContent = `neuropil plot ${file} --from-ms ${from} --to-ms ${to} -o view.png`;
  get("window").textContent = `${short(view.from)} to ${short(view.to)} ms`;
}

// The same, once before the next frame.
function refresh() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    draw_now();
  });
}

function show(from, to) {
  const least = held.dt_ms > 0 ? 5 * held.dt_ms : 0.01;
  const width = Math.min(Math.max(to - from, least), held.end_ms);
  view.from = Math.min(Math.max(from, 0), held.end_ms - width);
  view.to = view.from + width;
  refresh();
}

function zoom(factor, at = 0.5 * (view.from + view.to)) {
  show(at - (at - view.from) * factor, at + (view.to - at) * factor);
}

// Wheel: zoom about the pointer; drag: move; double click: everything.
function moves(over, plot) {
  const time = (event) => plot.posToVal(event.clientX - over.getBoundingClientRect().left, "x");
  over.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, time(event));
  }, { passive: false });
  let held_at = null;
  over.addEventListener("pointerdown", (event) => {
    if (event.shiftKey) return;
    held_at = { x: event.clientX, from: view.from, to: view.to };
    over.setPointerCapture(event.pointerId);
  });
  over.addEventListener("pointermove", (event) => {
    if (!held_at) return;
    const moved = ((event.clientX - held_at.x) / over.clientWidth) * (held_at.to - held_at.from);
    if (Math.abs(event.clientX - held_at.x) > 3) show(held_at.from - moved, held_at.to - moved);
  });
  over.addEventListener("pointerup", (event) => {
    if (held_at && Math.abs(event.clientX - held_at.x) <= 3) {
      view.cursor = Math.min(Math.max(time(event), 0), held.end_ms);
      refresh();
    }
    held_at = null;
  });
  over.addEventListener("dblclick", () => show(0, held.end_ms));
}

// A chart over the time of the view; `paint` draws into its area before its lines.
function chart(title, height, options) {
  const section = element("section"), heading = element("h2");
  section.append(heading);
  get("charts").append(section);
  const name = () => { heading.textContent = `${title} (time in ms${options.told ? `, ${options.told()}` : ""})`; };
  name();
  const width = () => Math.max(section.clientWidth - 4, 300);
  const plot = new uPlot({
    width: width(), height, legend: { show: false }, pxAlign: false,
    cursor: { sync: { key: "time" }, drag: { x: false, y: false } },
    scales: { x: { time: false, auto: false, range: () => [view.from, view.to] }, y: options.scale ?? {} },
    axes: [{ values: (_, all) => all.map(short), size: 28 }, { size: 64, grid: { show: !options.bare }, ticks: { show: !options.bare }, label: options.label ?? "", values: options.values ?? ((_, all) => all.map(short)) }],
    series: options.series,
    hooks: { drawClear: options.paint ? [options.paint] : [], draw: [edits, cursor] },
  }, options.data(), section);
  moves(plot.over, plot);
  drawn.push(() => { name(); plot.setData(options.data(), true); });
  addEventListener("resize", () => plot.setSize({ width: width(), height }), listening);
  return plot;
}

// What was edited while the network ran.
function edits(plot) {
  for (const { from_ms, to_ms } of held.edits) {
    const [left, right] = [from_ms, to_ms].map((time) => plot.valToPos(Math.min(Math.max(time, view.from), view.to), "x", true));
    plot.ctx.fillStyle = "#e69f0033";
    plot.ctx.fillRect(left, plot.bbox.top, Math.max(right - left, 1), plot.bbox.height);
  }
}

function cursor(plot) {
  const at = plot.valToPos(view.cursor, "x", true);
  if (at < plot.bbox.left || at > plot.bbox.left + plot.bbox.width) return;
  plot.ctx.fillStyle = "#d55e00";
  plot.ctx.fillRect(at, plot.bbox.top, 1, plot.bbox.height);
}

// The one of so many bins (a, b] that a place from 0 to their number is in.
const place = (at, bins) => Math.min(Math.max(Math.ceil(at - 1e-6) - 1, 0), bins - 1);

// Bins of the coarse picture, for windows that hold too many spikes to be drawn one by one.
const BINS = 8192, ROWS = 256, MANY = 1_500_000;

class Population {
  constructor(own, place) {
    Object.assign(this, own, { place });
    const steps = numbers(own.times, own.steps ? Uint32Array : Float64Array);
    this.unit = own.steps ? held.dt_ms : 1;
    this.steps = steps;
    this.ids = numbers(own.ids, Uint32Array);
    this.count = steps.length;
    // Which cells were recorded; absent: the first `observed`.
    this.only = own.only ? new Set(numbers(own.only, Uint32Array)) : null;
  }
  time(at) { return this.steps[at] * this.unit; }
  recorded(cell) { return this.only ? this.only.has(cell) : cell < this.observed; }
  // The place of the first spike after a time; of a time that is not after the beginning, of the first of all.
  after(time) { return time <= 0 ? 0 : after(this.steps, time / this.unit + 1e-6); }
  // Places of the spikes of the steps of (from, to], as everywhere else.
  within(from, to) { return [this.after(from), to <= 0 ? 0 : this.after(to)]; }
  // How many spikes each group of cells has in each of `bins` bins of time; the finest is counted once, coarser ones are its sums.
  coarse(bins) {
    this.levels ??= new Map();
    if (this.levels.has(bins)) return this.levels.get(bins);
    this.rows = Math.min(this.cells, ROWS);
    const counts = new Float32Array(bins * this.rows);
    if (bins === BINS) {
      const by_time = (BINS / held.end_ms) * this.unit, by_cell = this.rows / this.cells;
      for (let at = 0; at < this.count; at++) {
        const bin = place(this.steps[at] * by_time, BINS), row = Math.min((this.ids[at] * by_cell) | 0, this.rows - 1);
        counts[bin * this.rows + row] += 1;
      }
    } else {
      const finer = this.coarse(2 * bins);
      for (let bin = 0; bin < bins; bin++) {
        for (let row = 0; row < this.rows; row++) counts[bin * this.rows + row] = finer[2 * bin * this.rows + row] + finer[(2 * bin + 1) * this.rows + row];
      }
    }
    this.levels.set(bins, counts);
    return counts;
  }
}

// A report; its values by frame and cell.
class Trace {
  constructor(own) {
    Object.assign(this, own, { name: `${own.population} ${own.variable}`, values: numbers(own.data, Float32Array) });
    this.frames = Math.floor(this.values.length / own.ids.length);
  }
  // The value of a column at a time; not a number before the first frame.
  at(time, column) {
    const frame = Math.min(Math.floor((time - this.start_ms) / this.dt_ms + 1e-9), this.frames - 1);
    return frame < 0 ? NaN : this.values[frame * this.ids.length + column];
  }
}

// The raster: every population a band of its own, as high as its share of the cells, but no band too thin to see.
function raster(populations) {
  const shown = () => populations.filter((own) => !view.hidden.has(own.name));
  const total = populations.reduce((sum, own) => sum + own.cells, 0);
  const heights = () => {
    const all = shown().map((own) => ({ own, share: Math.max(own.cells / total, 0.06) }));
    const sum = all.reduce((sum, { share }) => sum + share, 0);
    let top = 1;
    return all.map(({ own, share }) => ({ own, high: top, low: (top -= share / sum) }));
  };
  const paint = (plot) => {
    const { left, top, width, height } = plot.bbox, [w, h] = [Math.floor(width), Math.floor(height)];
    if (w < 2 || h < 2) return;
    const hits = new Float32Array(w * h), picture = plot.ctx.createImageData(w, h);
    for (const { own, high, low } of heights()) {
      const [begin, end] = own.within(view.from, view.to), y0 = Math.floor((1 - high) * h), rows = Math.max(Math.floor((1 - low) * h) - y0 - 1, 1);
      hits.fill(0);
      const by_time = w / (view.to - view.from);
      let most = 1;
      if (end - begin > MANY && (view.to - view.from) / held.end_ms > w / BINS) {
        // The coarsest bins that are no wider than a pixel.
        let number = BINS;
        while (number > 64 && ((view.to - view.from) / held.end_ms) * number > 2 * w) number /= 2;
        const bins = own.coarse(number), by_bin = held.end_ms / number;
        for (let bin = Math.floor(view.from / by_bin); bin < Math.min(Math.ceil(view.to / by_bin), number); bin++) {
          const x = Math.min(Math.max(((bin + 0.5) * by_bin - view.from) * by_time, 0), w - 1) | 0;
          for (let row = 0; row < own.rows; row++) {
            const y = (y0 + (row * rows) / own.rows) | 0, value = (hits[y * w + x] += bins[bin * own.rows + row]);
            if (value > most) most = value;
          }
        }
      } else {
        const by_cell = rows / own.cells, large = end - begin < 3000 ? 1 : 0;
        for (let at = begin; at < end; at++) {
          const x = place((own.time(at) - view.from) * by_time, w), y = (y0 + own.ids[at] * by_cell) | 0;
          const value = (hits[y * w + x] += 1);
          if (value > most) most = value;
          if (large) {
            if (x + 1 < w) hits[y * w + x + 1] += 1;
            if (y + 1 < y0 + rows) { hits[(y + 1) * w + x] += 1; if (x + 1 < w) hits[(y + 1) * w + x + 1] += 1; }
          }
        }
      }
      const [red, green, blue] = [1, 3, 5].map((at) => parseInt(colour(own.place).slice(at, at + 2), 16));
      const scale = 255 / Math.pow(most, 0.6);
      for (let at = y0 * w; at < Math.min((y0 + rows + 1) * w, hits.length); at++) {
        if (hits[at] === 0) continue;
        const pixel = 4 * at;
        picture.data[pixel] = red; picture.data[pixel + 1] = green; picture.data[pixel + 2] = blue;
        picture.data[pixel + 3] = Math.max(70, scale * Math.pow(hits[at], 0.6));
      }
      if (view.cell && view.cell.population === own.name) {
        const y = (y0 + (view.cell.id * rows) / own.cells) | 0;
        for (let x = 0; x < w; x += 3) { const pixel = 4 * (y * w + x); picture.data.set([213, 94, 0, 255], pixel); }
      }
    }
    plot.ctx.putImageData(picture, Math.ceil(left), Math.ceil(top));
  };
  const plot = chart("Spikes", 360, {
    paint, bare: true, scale: { range: [0, 1] }, values: () => [], label: "cells",
    series: [{}, { show: true, points: { show: false } }], data: () => [[view.from, view.to], [null, null]],
  });
  // The cell and the spike under the pointer.
  plot.over.addEventListener("pointermove", (event) => {
    const box = plot.over.getBoundingClientRect(), at = 1 - (event.clientY - box.top) / box.height, time = plot.posToVal(event.clientX - box.left, "x");
    const band = heights().find(({ high, low }) => at <= high && at > low);
    if (!band) return;
    const id = Math.min(Math.max(Math.floor(((band.high - at) / (band.high - band.low)) * band.own.cells), 0), band.own.cells - 1);
    const [begin, end] = band.own.within(time - 0.01 * (view.to - view.from), time + 0.01 * (view.to - view.from));
    let nearest = null;
    for (let spike = begin; spike < Math.min(end, begin + 200000); spike++) {
      const far = Math.abs(band.own.ids[spike] - id) / band.own.cells + Math.abs(band.own.time(spike) - time) / (view.to - view.from);
      if (!nearest || far < nearest.far) nearest = { far, spike };
    }
    const found = nearest && nearest.far < 0.01 ? `: cell ${band.own.ids[nearest.spike]} at ${short(band.own.time(nearest.spike))} ms` : "";
    get("under").textContent = `${band.own.name}, cell ${id}, ${short(time)} ms${found ? `; spike${found}` : ""}`;
  });
  plot.over.addEventListener("click", (event) => {
    const box = plot.over.getBoundingClientRect(), at = 1 - (event.clientY - box.top) / box.height;
    const band = heights().find(({ high, low }) => at <= high && at > low);
    if (band) view.cell = { population: band.own.name, id: Math.min(Math.floor(((band.high - at) / (band.high - band.low)) * band.own.cells), band.own.cells - 1) };
    refresh();
  });
}

// Rates over the window, in bins (a, b] of whole steps.
function rates(populations) {
  // Their edges; the last one is the end of the run where no whole bin is left.
  const edges = () => {
    const step = held.dt_ms > 0 ? held.dt_ms : (view.to - view.from) / 200, width = Math.max(Math.ceil((view.to - view.from) / 200 / step - 1e-6), 1) * step;
    const all = [Math.floor(view.from / width + 1e-6) * width];
    while (all.at(-1) < view.to - 1e-6 * step) all.push(Math.min((Math.round(all[0] / width) + all.length) * width, held.end_ms));
    return { width, all };
  };
  chart("Rates", 170, {
    label: "Hz", scale: { range: (_, low, high) => [0, Math.max(high * 1.05, 1)] }, told: () => `bins of ${short(edges().width)} ms`,
    series: [{}, ...populations.map((own) => ({ label: own.name, stroke: colour(own.place), width: 1.5, points: { show: false } }))],
    data: () => {
      const { all } = edges(), bins = all.slice(1).map((to, bin) => ({ from: all[bin], to, middle: 0.5 * (all[bin] + to) }));
      const of = (own) => {
        const shown = !view.hidden.has(own.name), places = all.map((edge) => own.after(edge));
        return bins.map(({ from, to }, bin) => (shown ? ((places[bin + 1] - places[bin]) / own.observed / (to - from)) * 1e3 : null));
      };
      return [bins.map(({ middle }) => middle), ...populations.map(of)];
    },
  });
}

// A report: some of its cells, and the one that is chosen; least and greatest of what falls on a pixel.
function trace(own) {
  const { values, frames } = own, cells = own.ids.length, most = Math.min(cells, 6), columns = 900;
  const places = () => {
    const chosen = view.cell && view.cell.population === own.population ? own.ids.indexOf(view.cell.id) : -1;
    const all = Array.from({ length: most }, (_, place) => place);
    if (chosen >= most) all[most - 1] = chosen;
    return all;
  };
  chart(own.name, 170, {
    label: own.unit, scale: {}, series: [{}, ...Array.from({ length: most }, (_, place) => ({ stroke: colour(place), width: 1, points: { show: false } }))],
    data: () => {
      const begin = Math.max(Math.floor((view.from - own.start_ms) / own.dt_ms) - 1, 0), end = Math.min(Math.ceil((view.to - own.start_ms) / own.dt_ms) + 2, frames);
      const stride = Math.max(Math.ceil((end - begin) / columns), 1), times = [], lines = places().map(() => []);
      for (let frame = begin; frame < end; frame += stride) {
        const last = Math.min(frame + stride, end);
        times.push(own.start_ms + frame * own.dt_ms, own.start_ms + (last - 0.5) * own.dt_ms);
        places().forEach((place, line) => {
          let [low, high] = [Infinity, -Infinity];
          for (let at = frame; at < last; at++) { const value = values[at * cells + place]; if (value < low) low = value; if (value > high) high = value; }
          lines[line].push(low, high);
        });
      }
      return [times, ...lines];
    },
  });
}

// Viridis by four points of it.
function ramp(share) {
  const points = [[68, 1, 84], [49, 104, 142], [53, 183, 121], [253, 231, 37]], at = Math.min(Math.max(share, 0), 1) * 3, low = Math.min(Math.floor(at), 2);
  return points[low].map((value, part) => Math.round(value + (points[low + 1][part] - value) * (at - low)));
}

// Cells in space, turned by dragging; by rate in the window, by population, or by what was recorded of them at the cursor.
function space(populations, traces) {
  const places = held.positions.map((own) => ({ population: populations.find((other) => other.name === own.population), name: own.population, xyz: numbers(own.xyz, Float32Array) }));
  const canvas = element("canvas", { width: 360, height: 300, tabindex: 0, "aria-label": "cells in space" }), choice = element("select");
  const of_cells = traces.filter((own) => held.positions.some(({ population }) => population === own.population) && own.ids.every(Number.isInteger));
  const names = [...(populations.length ? ["rate in the window"] : []), "population", ...of_cells.map((own) => own.name)];
  for (const name of names) choice.append(element("option", {}, name));
  if (names.includes(view.colours)) choice.value = view.colours;
  const told = element("div");
  get("side").append(element("h2", {}, "Cells in space"), choice, canvas, told);
  const low = [Infinity, Infinity, Infinity], high = [-Infinity, -Infinity, -Infinity];
  for (const { xyz } of places) xyz.forEach((value, at) => { low[at % 3] = Math.min(low[at % 3], value); high[at % 3] = Math.max(high[at % 3], value); });
  const middle = low.map((value, axis) => 0.5 * (value + high[axis])), size = Math.hypot(...low.map((value, axis) => high[axis] - value)) || 1;
  let points = [];
  const draw = () => {
    view.colours = choice.value;
    const by_population = choice.value === "population", report = of_cells.find((own) => own.name === choice.value), { turn, tilt } = view;
    const ctx = canvas.getContext("2d"), [ct, st, cp, sp] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
    ctx.clearRect(0, 0, canvas.width, canvas.height);
    points = [];
    let [least, most, grey] = [report ? Infinity : 0, report ? -Infinity : 0, ""];
    for (const { population, name, xyz } of places) {
      const counts = new Float64Array(xyz.length / 3), values = new Float64Array(xyz.length / 3).fill(NaN);
      if (report && report.population === name) report.ids.forEach((id, column) => { values[id] = report.at(view.cursor, column); });
      if (population) { const [begin, end] = population.within(view.from, view.to); for (let at = begin; at < end; at++) counts[population.ids[at]] += 1; }
      for (let cell = 0; cell < counts.length; cell++) {
        const [x, y, z] = [0, 1, 2].map((axis) => (xyz[3 * cell + axis] - middle[axis]) / size);
        const rate = population && population.recorded(cell) ? (counts[cell] / (view.to - view.from)) * 1e3 : NaN;
        const [a, b] = [x * ct - y * st, x * st + y * ct], value = report ? values[cell] : rate;
        if (Number.isFinite(value)) [least, most] = [Math.min(least, value), Math.max(most, value)];
        else grey = "; grey: not recorded";
        points.push({ x: 180 + 330 * a, y: 150 - 330 * (z * cp - b * sp), far: z * sp + b * cp, value, name, cell, place: population ? population.place : 7 });
      }
    }
    points.sort((one, other) => other.far - one.far);
    for (const own of points) {
      if (view.hidden.has(own.name)) continue;
      const chosen = view.cell && view.cell.population === own.name && view.cell.id === own.cell;
      ctx.fillStyle = by_population ? colour(own.place) : !Number.isFinite(own.value) ? "#ddd" : `rgb(${ramp(most > least ? (own.value - least) / (most - least) : 0)})`;
      ctx.beginPath(); ctx.arc(own.x, own.y, chosen ? 6 : points.length > 5000 ? 1.2 : 2.5, 0, 7); ctx.fill();
      if (chosen) { ctx.strokeStyle = "#d55e00"; ctx.lineWidth = 2; ctx.stroke(); }
    }
    told.textContent = by_population ? "colours of the populations" : !(most >= least) ? "nothing was recorded at the cursor"
      : `${short(least)} (dark) to ${short(most)} ${report ? `${report.unit} (bright) at ${short(view.cursor)} ms` : "Hz (bright)"}${grey}`;
  };
  let at = null;
  canvas.addEventListener("pointerdown", (event) => { at = { x: event.clientX, y: event.clientY, turn: view.turn, tilt: view.tilt }; canvas.setPointerCapture(event.pointerId); });
  canvas.addEventListener("pointermove", (event) => { if (at) { view.turn = at.turn + (event.clientX - at.x) / 100; view.tilt = at.tilt + (event.clientY - at.y) / 100; draw(); } });
  canvas.addEventListener("pointerup", (event) => {
    if (at && Math.hypot(event.clientX - at.x, event.clientY - at.y) < 3) {
      const box = canvas.getBoundingClientRect(), x = (event.clientX - box.left) * (canvas.width / box.width), y = (event.clientY - box.top) * (canvas.height / box.height);
      let nearest = null;
      for (const own of points) { const far = Math.hypot(own.x - x, own.y - y); if (far < 8 && (!nearest || far < nearest.far_away)) nearest = { ...own, far_away: far }; }
      view.cell = nearest ? { population: nearest.name, id: nearest.cell } : null;
      refresh();
    }
    at = null;
  });
  canvas.addEventListener("keydown", (event) => { const by = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] }[event.key]; if (by) { view.turn += by[0]; view.tilt += by[1]; event.preventDefault(); event.stopPropagation(); draw(); } });
  choice.addEventListener("change", draw);
  drawn.push(draw);
}

// A slice of a peptide at the time of the cursor; of whole fields at any depth along any axis.
function fields() {
  const all = held.fields.map((own) => ({ ...own, values: numbers(own.data, Float32Array) }));
  for (const own of all) own.most = own.values.reduce((most, value) => Math.max(most, value), 0);
  const choice = element("select"), canvas = element("canvas", { width: 360, height: 300 }), told = element("div");
  const slider = element("input", { type: "range", min: 0, max: 1000, value: 0, "aria-label": "time of the field" });
  const axis = element("select", { "aria-label": "axis across the slice" }), depth = element("input", { type: "range", min: 0, max: 1000, value: 1000 * view.depth, "aria-label": "depth of the slice" });
  for (const name of ["x", "y", "z"]) axis.append(element("option", {}, `across ${name}`));
  axis.selectedIndex = view.axis;
  for (const own of [slider, depth]) own.style.width = "100%";
  all.forEach((own) => choice.append(element("option", {}, own.name)));
  if (all.some((own) => own.name === view.field)) choice.value = view.field;
  get("side").append(element("h2", {}, "Peptides"), choice, " ", axis, canvas, slider, depth, told);
  slider.addEventListener("input", () => { view.cursor = (held.end_ms * slider.value) / 1000; refresh(); });
  // The values of a frame by row, upwards, and column.
  const slice = (own, frame) => {
    if (!own.volume) return { rows: own.shape[0], columns: own.shape[1], axes: own.axes, place: `${own.across.axis} = ${short(own.across.um)} um; `, value: (row, column) => own.values[(frame * own.shape[0] + row) * own.shape[1] + column] };
    const across = axis.selectedIndex, [right, up] = [0, 1, 2].filter((other) => other !== across), size = own.shape[0] * own.shape[1] * own.shape[2];
    const deep = Math.min(Math.floor((depth.value / 1000) * own.shape[across]), own.shape[across] - 1), strides = [own.shape[1] * own.shape[2], own.shape[2], 1];
    const value = (row, column) => own.values[frame * size + deep * strides[across] + row * strides[up] + column * strides[right]];
    return { rows: own.shape[up], columns: own.shape[right], axes: ["xyz"[up], "xyz"[right]], place: `${"xyz"[across]} = ${short(own.origin_um[across] + (deep + 0.5) * own.spacing_um[across])} um; `, value };
  };
  const draw = () => {
    const own = all[choice.selectedIndex], frame = Math.max(own.times_ms.findLastIndex((time) => time <= view.cursor + 1e-9), 0), { rows, columns, axes, place, value } = slice(own, frame), ctx = canvas.getContext("2d");
    [view.field, view.axis, view.depth] = [choice.value, axis.selectedIndex, depth.value / 1000];
    axis.hidden = depth.hidden = !own.volume;
    slider.value = Math.round((1000 * view.cursor) / held.end_ms);
    const large = Math.max(Math.min(360 / columns, 300 / rows), 1);
    ctx.clearRect(0, 0, canvas.width, canvas.height);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        ctx.fillStyle = `rgb(${ramp(own.most > 0 ? value(row, column) / own.most : 0)})`;
        ctx.fillRect(column * large, (rows - 1 - row) * large, large + 0.5, large + 0.5);
      }
    }
    told.textContent = `${axes[1]} to the right, ${axes[0]} upwards; ${place}0 to ${short(own.most)} ${own.unit}; at ${short(own.times_ms[frame] ?? 0)} ms`;
  };
  for (const own of [choice, axis]) own.addEventListener("change", draw);
  depth.addEventListener("input", draw);
  drawn.push(draw);
}

function recording() {
  view.to ??= held.end_ms;
  // Fields begin with nothing.
  view.cursor ??= held.fields.length ? held.end_ms : 0;
  const populations = held.populations.map((own, place) => new Population(own, place));
  const keys = get("keys"), traces = held.traces.map((own) => new Trace(own));
  for (const own of populations) {
    const key = swatch(own.place, `${own.name} (${own.cells} cells, ${own.count} spikes)`), box = element("input", { type: "checkbox" });
    box.checked = !view.hidden.has(own.name);
    box.addEventListener("change", () => { view.hidden[box.checked ? "delete" : "add"](own.name); refresh(); });
    key.prepend(box);
    keys.append(key);
  }
  for (const own of held.edits) keys.append(element("div", {}, `shaded: ${own.what}, ${short(own.from_ms)} to ${short(own.to_ms)} ms`));
  const buttons = [["everything", () => show(0, held.end_ms)], ["closer", () => zoom(0.5)], ["wider", () => zoom(2)], ["picture (PNG)", picture]];
  for (const [name, does] of buttons) { const own = element("button", {}, name); own.addEventListener("click", does); keys.append(own, " "); }
  if (populations.length) { raster(populations); rates(populations); }
  traces.forEach(trace);
  if (held.positions.length) space(populations, traces);
  if (held.fields.length) fields();
  if (!held.positions.length && !held.fields.length) document.querySelector("main").classList.add("narrow");
  addEventListener("keydown", (event) => {
    if (["INPUT", "SELECT"].includes(event.target.tagName)) return;
    const width = view.to - view.from, does = { "+": () => zoom(0.5), "-": () => zoom(2), 0: () => show(0, held.end_ms), ArrowLeft: () => show(view.from - 0.2 * width, view.to - 0.2 * width), ArrowRight: () => show(view.from + 0.2 * width, view.to + 0.2 * width) }[event.key];
    if (does) { event.preventDefault(); does(); }
  }, listening);
  window.explorer = { show, zoom, view, populations, draw_now };
  draw_now();
}

// All charts below each other, as a PNG.
function picture() {
  const all = [...document.querySelectorAll("#charts canvas")], whole = document.createElement("canvas");
  whole.width = Math.max(...all.map((own) => own.width));
  whole.height = all.reduce((sum, own) => sum + own.height, 0);
  const ctx = whole.getContext("2d");
  ctx.fillStyle = "#fff";
  ctx.fillRect(0, 0, whole.width, whole.height);
  let top = 0;
  for (const own of all) { ctx.drawImage(own, 0, top); top += own.height; }
  const link = element("a", { download: "view.png", href: whole.toDataURL("image/png") });
  link.click();
}

// ------------------------------------------------------------------------------------------------------------- training runs

// What a reader has chosen, which stays as the curves grow.
const chosen = { measure: null, seeds: false, hidden: new Set() };

function training() {
  const measures = [...new Set(held.runs.flatMap((own) => Object.keys(own.curves)))], { rules } = held;
  const keys = get("keys"), choice = element("select", { "aria-label": "measure" }), { hidden } = chosen, seeds = element("input", { type: "checkbox" });
  measures.forEach((name) => choice.append(element("option", {}, name)));
  if (measures.includes(chosen.measure)) choice.value = chosen.measure;
  seeds.checked = chosen.seeds;
  const by_seed = element("label");
  by_seed.append(seeds, "every seed");
  keys.append(choice, " ", by_seed);
  document.querySelector("main").classList.add("narrow");
  get("window").parentElement.hidden = true;
  get("moves").hidden = true;
  get("command").textContent = `neuropil plot ${file} -o curves.png`;
  rules.forEach((name, place) => {
    const key = swatch(place, `${name} (${held.runs.filter((own) => own.label === name).length} seeds)`), box = element("input", { type: "checkbox" });
    box.checked = !hidden.has(name);
    box.addEventListener("change", () => { hidden[box.checked ? "delete" : "add"](name); draw(); });
    key.prepend(box);
    keys.append(key);
  });
  let plot = null;
  const draw = () => {
    if (plot) plot.destroy();
    [chosen.measure, chosen.seeds] = [choice.value, seeds.checked];
    const measure = choice.value, runs = held.runs.filter((own) => own.curves[measure] && !hidden.has(own.label));
    const updates = [...new Set(runs.flatMap((own) => own.updates))].sort((one, other) => one - other);
    const at = (own) => { const known = new Map(own.updates.map((update, place) => [update, own.curves[measure][place]])); return updates.map((update) => known.get(update) ?? null); };
    const series = [{}], data = [updates], bands = [];
    const line = (values, stroke, width, fill) => { data.push(values); series.push({ stroke, width, spanGaps: true, points: { show: values.length < 3 }, fill }); };
    rules.forEach((name, place) => {
      const own = runs.filter((run) => run.label === name).map(at);
      if (!own.length) return;
      const sorted = updates.map((_, update) => own.map((values) => values[update]).filter((value) => value !== null).sort((one, other) => one - other));
      const middle = sorted.map((all) => (all.length ? 0.5 * (all[(all.length - 1) >> 1] + all[all.length >> 1]) : null));
      if (seeds.checked) own.forEach((values) => line(values, colour(place) + "77", 1));
      else {
        line(sorted.map((all) => all.at(-1) ?? null), colour(place) + "00", 0);
        line(sorted.map((all) => all[0] ?? null), colour(place) + "00", 0);
        bands.push({ series: [series.length - 2, series.length - 1], fill: colour(place) + "22" });
      }
      line(middle, colour(place), 2);
    });
    plot = new uPlot({ width: Math.max(get("charts").clientWidth - 4, 300), height: 460, legend: { show: false }, bands, scales: { x: { time: false } }, axes: [{ label: "updates", labelSize: 18, size: 32 }, { label: measure, size: 70, values: (_, all) => all.map(short) }], series }, data, get("charts"));
    window.explorer.lines = series.length - 1;
  };
  window.explorer = { choice, draw, lines: 0 };
  choice.addEventListener("change", draw);
  seeds.addEventListener("change", draw);
  addEventListener("resize", draw, listening);
  draw();
}

function begin() {
  if (held.kind === "training") training(); else recording();
}

// ------------------------------------------------------------------------------------------------ a file that is being written

// Everything anew, of a page that shows another state of the file. A view of the whole, or of the end, stays one.
function renew(page) {
  const [whole, at_end, width, last] = [view.from <= 0, view.to >= held.end_ms, view.to - view.from, view.cursor >= held.end_ms];
  listening.abort();
  listening = new AbortController();
  [held, source] = [JSON.parse(page.getElementById("held").textContent), page];
  for (const name of ["keys", "charts", "side"]) get(name).replaceChildren();
  get("told").textContent = page.getElementById("told").textContent;
  drawn.length = 0;
  if (last) view.cursor = held.end_ms;
  if (at_end) [view.from, view.to] = [whole ? 0 : held.end_ms - width, held.end_ms];
  begin();
}

// Asks whether the file has changed, and takes what it holds; at most a fifth of the time goes into it.
async function follow() {
  let known = document.documentElement.dataset.stamp, pause = 1000;
  for (;;) {
    await new Promise((done) => setTimeout(done, pause));
    try {
      const stamp = await (await fetch("stamp", { cache: "no-store" })).text(), began = performance.now();
      get("live").textContent = "follows the file";
      if (stamp === known) continue;
      const answer = await fetch("./", { cache: "no-store" });
      if (!answer.ok) { get("live").textContent = await answer.text(); continue; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      known = page.documentElement.dataset.stamp;
      renew(page);
      pause = Math.max(1000, 4 * (performance.now() - began));
    } catch (fault) { get("live").textContent = fault instanceof TypeError ? "nobody answers any more: this is the last state" : String(fault); }
  }
}

begin();
if (document.documentElement.dataset.stamp) follow();
