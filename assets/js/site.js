// What every page's scripts do. Each module only adds to what already works without it.
import * as clauses from "./clauses.js";
import * as forms from "./forms.js";
import * as lists from "./lists.js";
import * as menus from "./menus.js";
import * as time from "./time.js";
import * as totals from "./totals.js";

for (const module of [menus, time, clauses, forms, lists, totals]) module.start();
