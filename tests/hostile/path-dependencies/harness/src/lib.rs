compile_error!("a crate of the submission was compiled");
