compile_error!("the manifest of the submission was read");
