// Bundles assets/js into static/js and copies what is vendored from npm into static/vendor.
import { copyFileSync, mkdirSync } from "node:fs";
import { build } from "esbuild";

const target = ["chrome109", "firefox115", "safari16"];
const common = { bundle: true, minify: true, target, legalComments: "inline", charset: "utf8", logLevel: "warning" };

mkdirSync("static/js", { recursive: true });
mkdirSync("static/vendor", { recursive: true });
await build({ ...common, entryPoints: ["assets/js/theme.js"], outfile: "static/js/theme.js", format: "iife" });
await build({ ...common, entryPoints: ["assets/js/site.js"], outfile: "static/js/site.js", format: "esm" });
await build({ ...common, entryPoints: ["assets/js/charts.js"], outfile: "static/js/charts.js", format: "esm" });
await build({ ...common, entryPoints: ["assets/js/desk.js"], outfile: "static/js/desk.js", format: "iife" });
copyFileSync("node_modules/htmx.org/dist/htmx.min.js", "static/vendor/htmx.min.js");
await build({ ...common, entryPoints: ["assets/css/desk.css"], outfile: "static/css/desk.css" });
copyFileSync("assets/mark.svg", "static/img/mark.svg");
