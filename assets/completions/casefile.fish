complete --keep-order --exclusive --command casefile --arguments "(CASEFILE_COMPLETE=fish casefile -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
