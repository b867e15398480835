require("a-module-that-is-not-there");
