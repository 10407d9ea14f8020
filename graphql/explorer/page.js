// preact and htm for all modules: one import to change where they come from.
export { html, render, useEffect, useMemo, useRef, useState } from "./standalone.module.js";
