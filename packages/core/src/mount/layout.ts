/** `atomic`: a kubelet volume with its `..data` link; `plain`: an ordinary directory; `file`: one ordinary file. */
export type Layout = 'atomic' | 'plain' | 'file'
