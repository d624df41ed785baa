// The interactive matrix and graph: drawn by Plotly from the mean matrices in the page.
"use strict";
{
  const data = JSON.parse(document.getElementById("viewer-data").textContent);
  const n = data.regions.length;
  const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const unpacked = text => {
    const bytes = Uint8Array.from(atob(text), character => character.charCodeAt(0));
    return new Float32Array(bytes.buffer);
  };
  const matrices = data.methods.map(method => unpacked(method.values));
  const chosen = document.getElementById("viewer-method");
  const edges = document.getElementById("viewer-edges");
  const shown = number => Number.isFinite(number) ? number.toPrecision(3).replace("-", "−") : "missing";
  const config = { responsive: true, displaylogo: false, displayModeBar: true, showSendToCloud: false, plotlyServerURL: "", modeBarButtonsToRemove: ["sendDataToCloud", "editInChartStudio"], toImageButtonOptions: { format: "svg" } };

  const layout = (name, more) => ({
    margin: { l: 10, r: 10, t: 34, b: 10 },
    title: { text: name, font: { size: 14 }, x: 0.01, xanchor: "left" },
    paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
    font: { color: style("--ink"), size: 11 }, hovermode: "closest", showlegend: false, ...more,
  });

  // Limits of the colours: the 2nd to 98th percentile off the diagonal, as in the figures.
  const limits = (values, signed) => {
    const every = [];
    values.forEach((value, at) => { if (Number.isFinite(value) && at % (n + 1)) every.push(value); });
    every.sort((a, b) => a - b);
    const at = share => every[Math.round(share * (every.length - 1))] ?? 0;
    const [low, high] = [at(0.02), at(0.98)];
    const far = Math.max(Math.abs(low), Math.abs(high));
    return signed ? [-far, far] : [low, high];
  };

  const drawMatrix = (method, values) => {
    const rows = data.regions.map((_, y) =>
      data.regions.map((_, x) => x === y ? null : values[y * n + x]));
    const [zmin, zmax] = limits(values, method.signed);
    const across = method.directed ? ["target", "source"] : ["region", "region"];
    const trace = {
      type: "heatmap", z: rows, x: data.regions, y: data.regions, zmin, zmax,
      colorscale: method.signed ? data.signed_colours : data.colours, hoverongaps: false,
      hovertemplate: `${across[0]} %{y}<br>${across[1]} %{x}<br>%{z:.3g}<extra></extra>`,
      colorbar: { thickness: 10, outlinewidth: 0 },
    };
    const borders = data.borders.flatMap(at => [
      { type: "line", x0: at - 0.5, x1: at - 0.5, y0: -0.5, y1: n - 0.5 },
      { type: "line", y0: at - 0.5, y1: at - 0.5, x0: -0.5, x1: n - 0.5 },
    ]).map(shape => ({ ...shape, line: { color: "#888", width: 0.6 } }));
    const axis = title => ({
      title: { text: title }, showticklabels: n <= 40, automargin: true, tickfont: { size: 9 },
      ticks: n <= 40 ? "outside" : "", showgrid: false, zeroline: false, constrain: "domain",
    });
    const square = {
      xaxis: axis(method.directed ? "source: the region that informs" : "region"),
      yaxis: { ...axis(method.directed ? "target: the region predicted" : "region"),
        autorange: "reversed", scaleanchor: "x" },
      shapes: borders,
    };
    Plotly.react("viewer-matrix", [trace], layout(`${method.label}, ${data.over}`, square), config);
  };

  // Regions on a circle, in the order of the matrix, with a gap between groups.
  const angles = (() => {
    const gap = 0.6;
    const steps = data.regions.map((_, i) => 1 + (data.borders.includes(i) ? gap : 0));
    const total = n + gap * (data.borders.length + 1);
    let sum = 0;
    return steps.map(step => { sum += step; return Math.PI / 2 - 2 * Math.PI * (sum - 0.5) / total; });
  })();
  const places = angles.map(angle => [Math.cos(angle), Math.sin(angle)]);

  const strongest = (method, values, count) => {
    const every = [];
    for (let y = 0; y < n; y += 1)
      for (let x = method.directed ? 0 : y + 1; x < n; x += 1) {
        const value = values[y * n + x];
        if (x !== y && Number.isFinite(value) && value !== 0) every.push([Math.abs(value), y, x, value]);
      }
    every.sort((a, b) => b[0] - a[0]);
    return { edges: every.slice(0, count), of: every.length };
  };

  const drawGraph = (method, values) => {
    const { edges: kept, of } = strongest(method, values, Number(edges.value));
    const lines = { "+": [[], []], "-": [[], []] };
    const marks = { x: [], y: [], text: [], colour: [], angle: [] };
    const colour = { "+": "#d55e00", "-": "#0072b2" };
    for (const [, target, source, value] of kept) {
      const sign = value < 0 ? "-" : "+";
      const [from, to] = [places[source], places[target]];
      // Bent towards the centre, less for neighbours.
      const point = t => [0, 1].map(i => 0.97 * ((1 - t) ** 2 * from[i] + t ** 2 * to[i])
        + 2 * t * (1 - t) * 0.3 * (from[i] + to[i]));
      for (let step = 0; step <= 16; step += 1) {
        const [x, y] = point(step / 16);
        lines[sign][0].push(x);
        lines[sign][1].push(y);
      }
      lines[sign].forEach(list => list.push(null));
      const [at, before] = method.directed ? [point(0.9), point(0.84)] : [point(0.5), point(0.45)];
      marks.x.push(at[0]);
      marks.y.push(at[1]);
      marks.colour.push(colour[sign]);
      marks.angle.push(90 - Math.atan2(at[1] - before[1], at[0] - before[0]) * 180 / Math.PI);
      const arrow = method.directed ? "→" : "–";
      marks.text.push(`${data.regions[source]} ${arrow} ${data.regions[target]}<br>${shown(value)}`);
    }
    const strength = (row, column) => data.regions.map((_, i) => {
      let sum = 0;
      for (let j = 0; j < n; j += 1) if (j !== i) {
        const value = values[row(i, j) * n + column(i, j)];
        sum += Number.isFinite(value) ? value : 0;
      }
      return sum;
    });
    const [out, into] = [strength((i, j) => j, i => i), strength(i => i, (i, j) => j)];
    const about = data.regions.map((name, i) => {
      const group = data.groups ? `<br>${data.groups[i]}` : "";
      return method.directed
        ? `<b>${name}</b>${group}<br>out ${shown(out[i])}, in ${shown(into[i])}, net ${shown(out[i] - into[i])}`
        : `<b>${name}</b>${group}<br>strength ${shown(into[i])}`;
    });
    const traces = ["+", "-"].map(sign => ({
      type: "scatter", mode: "lines", x: lines[sign][0], y: lines[sign][1], hoverinfo: "skip",
      line: { color: colour[sign], width: 1.1 }, opacity: 0.55,
    }));
    traces.push({
      type: "scatter", mode: "markers", x: marks.x, y: marks.y, text: marks.text, hoverinfo: "text",
      marker: { symbol: method.directed ? "arrow" : "circle", size: method.directed ? 9 : 4,
        color: marks.colour, angle: marks.angle, line: { width: 0 } },
    });
    traces.push({
      type: "scatter", mode: n <= 40 ? "markers+text" : "markers", x: places.map(p => p[0]), y: places.map(p => p[1]),
      text: n <= 40 ? data.regions : about, hovertext: about, hoverinfo: "text", textfont: { size: 9 },
      textposition: places.map(([x]) => x >= 0 ? "middle right" : "middle left"),
      marker: { size: 9, color: data.region_colours, line: { color: style("--paper"), width: 1 } },
    });
    if (data.groups) {
      const starts = [0, ...data.borders];
      const middles = starts.map((from, i) => {
        const [one, other] = [angles[from], angles[(starts[i + 1] ?? n) - 1]];
        return (one + other) / 2;
      });
      const far = n <= 40 ? 1.5 : 1.12;
      traces.push({
        type: "scatter", mode: "text", hoverinfo: "skip", text: starts.map(from => data.groups[from]),
        x: middles.map(angle => far * Math.cos(angle)), y: middles.map(angle => far * Math.sin(angle)),
        textposition: middles.map(angle => Math.abs(Math.cos(angle)) < 0.3
          ? (Math.sin(angle) > 0 ? "top center" : "bottom center")
          : (Math.cos(angle) > 0 ? "middle right" : "middle left")),
        textfont: { size: 11, color: style("--soft") },
      });
    }
    const axis = { visible: false, range: n <= 40 ? [-1.9, 1.9] : [-1.5, 1.5] };
    const what = method.directed ? "arrows: from source to target" : "no direction";
    const name = `Strongest ${kept.length} of ${of} connections; ${what}`;
    const square = { xaxis: axis, yaxis: { ...axis, scaleanchor: "x" } };
    Plotly.react("viewer-graph", traces, layout(name, square), config);
  };

  const draw = () => {
    const [method, values] = [data.methods[chosen.value], matrices[chosen.value]];
    document.getElementById("viewer-count").textContent = edges.value;
    drawMatrix(method, values);
    drawGraph(method, values);
  };
  chosen.addEventListener("change", draw);
  edges.addEventListener("input", draw);
  document.addEventListener("theme", draw);
  draw();
}
