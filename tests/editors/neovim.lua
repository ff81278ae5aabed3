-- Headless Neovim as a client: reads diagnostics, applies an action, shows a hover. Ends with an error when something is not as it
-- should be. The folder and the server come from the environment.

local root, server = vim.env.OVERLINT_ROOT, vim.env.OVERLINT_BIN

local function fail(what)
  io.stderr:write("neovim: " .. what .. "\n")
  vim.cmd("cquit 1")
end

local function wait(what, condition)
  if not vim.wait(20000, condition, 20) then fail("waited in vain for " .. what) end
end

local function say(what) io.stdout:write("neovim: " .. what .. "\n") end

local function run()
  vim.cmd("edit " .. root .. "/main.tf")
  local buffer = vim.api.nvim_get_current_buf()
  local id = vim.lsp.start_client({ name = "overlint", cmd = { server, "lsp" }, root_dir = root })
  if not id then fail("the server did not start") end
  vim.lsp.buf_attach_client(buffer, id)

  local RULE = "pod-cidr-overlaps-node-subnet"
  local function found()
    return vim.tbl_filter(function(d) return d.code == RULE end, vim.diagnostic.get(buffer))
  end

  wait("the diagnostic", function() return #found() == 1 end)
  local diagnostic = found()[1]
  say(("line %d: %s"):format(diagnostic.lnum + 1, diagnostic.message:gsub("\n.*", "")))

  vim.api.nvim_win_set_cursor(0, { diagnostic.lnum + 1, diagnostic.col })
  local here = vim.lsp.util.make_position_params()
  local hover = vim.lsp.buf_request_sync(buffer, "textDocument/hover", here, 20000)[id].result
  if not hover or not hover.contents.value:find("65,536 addresses", 1, true) then fail("no hover with the size") end
  say("hover: " .. hover.contents.value:gsub("\n.*", ""))
  local params = vim.lsp.util.make_range_params()
  params.context = { diagnostics = {} }
  local actions = vim.lsp.buf_request_sync(buffer, "textDocument/codeAction", params, 20000)[id].result
  local suppress = vim.tbl_filter(function(a) return a.title:find("Suppress " .. RULE, 1, true) end, actions)[1]
  if not suppress then fail("no action to suppress") end
  vim.lsp.util.apply_workspace_edit(suppress.edit, vim.lsp.get_client_by_id(id).offset_encoding)
  local line = vim.api.nvim_buf_get_lines(buffer, diagnostic.lnum, diagnostic.lnum + 1, false)[1]
  if not line:find("# overlint: ignore[" .. RULE .. "]", 1, true) then fail("the action did nothing: " .. line) end
  say("after the action:" .. line)

  local lines = vim.lsp.util.convert_input_to_markdown_lines(hover.contents)
  local popup = vim.lsp.util.open_floating_preview(lines, "markdown")
  if #vim.api.nvim_buf_get_lines(popup, 0, -1, false) < 4 then fail("the popup is empty") end

  -- The value is mended in another buffer, which is not saved.
  vim.cmd("edit " .. root .. "/variables.tf")
  vim.lsp.buf_attach_client(0, id)
  vim.api.nvim_buf_set_lines(0, 1, 2, false, { '  default = "10.244.0.0/16"' })
  wait("the end of the diagnostic", function() return #found() == 0 end)
  say("gone after an edit in another buffer")
  vim.cmd("qall!")
end

local ok, why = pcall(run)
if not ok then fail(why) end
