import "@github/tab-container-element";
import { startConsole } from "./console.js";
import { copyOnClick } from "./copy.js";

copyOnClick(document);
startConsole();
