// Shows the description of the interface. The page says where that is; nothing comes from
// elsewhere, so this works without internet.
const place = document.getElementById("openapi");

window.SwaggerUIBundle({
  url: place.dataset.url,
  domNode: place,
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  tryItOutEnabled: true,
  validatorUrl: null,
});
