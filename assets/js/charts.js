// Draws the charts of a page from the numbers beside them (<script type="application/json">), in the theme's colours.
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from "chart.js";

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Filler,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

const VARIABLES = { accent: "--color-primary", neutral: "--muted" };
const drawn = new Map();

function colour(tone) {
  return getComputedStyle(document.documentElement).getPropertyValue(VARIABLES[tone] ?? `--${tone}`).trim();
}

function soften(value, share) {
  return `color-mix(in oklab, ${value} ${share}%, transparent)`;
}

function number(value, unit, short) {
  if (value === null) return "—";
  const chinese = document.documentElement.lang.startsWith("zh");
  if (unit === "yuan") {
    const options = short
      ? { notation: "compact", maximumFractionDigits: 1 }
      : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
    return `¥${value.toLocaleString(chinese ? "zh-CN" : "en-US", options)}`;
  }
  if (unit === "percent") return `${value}%`;
  return value.toLocaleString(chinese ? "zh-CN" : "en-US");
}

function dataset(series, kind) {
  const tone = colour(series.tone);
  const common = { label: series.name, data: series.values, borderColor: tone };
  if (kind !== "line") return { ...common, backgroundColor: tone, borderWidth: 0, borderRadius: 3, maxBarThickness: 28 };
  return {
    ...common,
    backgroundColor: soften(tone, 10),
    borderWidth: 2,
    pointRadius: series.values.length > 16 ? 0 : 2.5,
    pointHoverRadius: 4,
    pointBackgroundColor: tone,
    cubicInterpolationMode: "monotone",
    fill: true,
    spanGaps: true,
  };
}

function draw(canvas) {
  const data = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
  const line = colour("line");
  const words = colour("muted");
  const family = getComputedStyle(document.body).fontFamily;
  const kind = data.kind === "line" ? "line" : "bar";
  const sets = data.series.map((series) => dataset(series, kind));
  if (data.limit !== null) {
    const late = colour("late");
    sets.push({
      type: "line",
      label: data.limitName,
      data: data.labels.map(() => data.limit),
      borderColor: late,
      backgroundColor: late,
      borderWidth: 1.5,
      borderDash: [5, 4],
      pointRadius: 0,
      fill: false,
    });
  }
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const stacked = data.kind === "stacked";
  drawn.get(canvas)?.destroy();
  const chart = new Chart(canvas, {
    type: kind,
    data: { labels: data.labels, datasets: sets },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: still ? false : { duration: 150 },
      interaction: { mode: "index", intersect: false },
      font: { family },
      scales: {
        x: { stacked, grid: { display: false }, border: { color: line }, ticks: { color: words, font: { family }, maxRotation: 0, autoSkipPadding: 16 } },
        y: {
          stacked,
          beginAtZero: true,
          grid: { color: line },
          border: { display: false },
          ticks: { color: words, font: { family }, maxTicksLimit: 6, callback: (value) => number(value, data.unit, true) },
        },
      },
      plugins: {
        legend: {
          display: sets.length > 1,
          position: "bottom",
          labels: {
            color: words,
            font: { family },
            usePointStyle: true,
            pointStyle: kind === "line" ? "line" : "rect",
            padding: 16,
          },
        },
        tooltip: { callbacks: { label: (item) => `${item.dataset.label} ${number(item.parsed.y, data.unit, false)}` } },
      },
    },
  });
  drawn.set(canvas, chart);
}

function all(root) {
  root.querySelectorAll("canvas[data-chart]").forEach(draw);
}

all(document);
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) all(event.target);
});
document.addEventListener("theme", () => all(document));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => all(document));
