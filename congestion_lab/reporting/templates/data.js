"use strict";
const pageData = JSON.parse(document.getElementById("page-data").textContent); // what the scripts below show
